using System.Diagnostics;

namespace Hazards.TestRun;

/// <summary>
/// Makes a command and all that it starts end when this process ends, even by kill -9. It holds the other end of the
/// command's standard input, which is not the command's to read.
/// </summary>
internal static class Leash
{
    // In a session of its own, process group 0 is the command, this shell and everything they started.
    private const string Script = """
        exec 3<&0 </dev/null
        (read -r _ <&3; kill -KILL 0) &
        "$@" 3<&-
        code=$?
        kill $!
        exit $code
        """;

    public static ProcessStartInfo On(ProcessStartInfo command)
    {
        if (!File.Exists("/usr/bin/setsid")) return command; // macOS: the command ends by itself, later
        string[] words = ["sh", "-c", Script, "sh", command.FileName, .. command.ArgumentList];
        command.ArgumentList.Clear();
        command.FileName = "/usr/bin/setsid";
        foreach (var word in words) command.ArgumentList.Add(word);
        return command;
    }
}
