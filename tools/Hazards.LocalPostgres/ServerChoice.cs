namespace Hazards.LocalPostgres;

/// <summary>Which PostgreSQL a cluster gets. Data that exist decide the major version; nothing ever converts them.</summary>
internal static class ServerChoice
{
    public static async Task<Server> MakeAsync(LocalClusterOptions options, ClusterFolder folder, CancellationToken cancellationToken)
    {
        var major = folder.DataMajor;
        IReadOnlyList<Server> installed = options.Source == PostgresSource.Embedded
            ? []
            : await InstalledServers.FindAsync(folder.Account, cancellationToken);
        if (installed.FirstOrDefault(server => major is null || server.Version.Major == major) is { } found) return found;
        if (options.Source == PostgresSource.Installed && major is null) throw NoneInstalled();
        if (options.Source != PostgresSource.Installed && major is null or EmbeddedServer.Major)
            return await EmbeddedServer.GetAsync(options, folder.Account, cancellationToken);
        throw VersionMissing(major!.Value, folder, installed);
    }

    private static LocalClusterException NoneInstalled() => new(LocalClusterErrors.NoServer,
        $"本机没有找到 PostgreSQL {LocalClusterOptions.OldestMajor} 以上版本。请安装,或改用内置版本。",
        $"No PostgreSQL {LocalClusterOptions.OldestMajor} or newer is installed here. Install one, or use the embedded server.");

    private static LocalClusterException VersionMissing(int major, ClusterFolder folder, IReadOnlyList<Server> installed)
    {
        var here = installed.Count == 0 ? "-" : string.Join(", ", installed);
        return new(LocalClusterErrors.VersionMissing,
            $"{folder.Path} 的数据由 PostgreSQL {major} 建立,而可用的只有:{here}。数据未作改动。请安装 PostgreSQL {major},或另选数据目录。",
            $"The data in {folder.Path} were made by PostgreSQL {major}; found: {here}. The data were left as they are. " +
            $"Install PostgreSQL {major}, or choose another data folder.");
    }
}
