namespace Hazards.Domain.Tests;

/// <summary>The repository these tests were built from: golden files and documents are read where they are kept.</summary>
internal static class Repository
{
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static readonly string Root = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Hazards.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"no Hazards.sln above {AppContext.BaseDirectory}");
    }
}
