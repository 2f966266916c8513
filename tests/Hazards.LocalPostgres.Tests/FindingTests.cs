namespace Hazards.LocalPostgres.Tests;

public sealed class FindingTests
{
    [Theory]
    [InlineData("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)", "15.14")]
    [InlineData("postgres (PostgreSQL) 18.4", "18.4")]
    [InlineData("postgres (PostgreSQL) 19beta1", "19.0")]
    public void A_version_is_read_as_its_packagers_write_it(string said, string version) =>
        Server.ParseVersion(said).ShouldBe(Version.Parse(version));

    [Fact]
    public void Something_else_has_no_version() => Server.ParseVersion("EDB says hello").ShouldBeNull();

    [Fact]
    public void A_star_stands_for_a_part_of_one_name()
    {
        using var folder = new DataFolder();
        foreach (var version in (string[])["15", "18"]) Directory.CreateDirectory(Path.Combine(folder.Parent, version, "bin"));
        Directory.CreateDirectory(Path.Combine(folder.Parent, "share"));
        InstalledServers.Expand(folder.Parent + "/*/bin").Order()
            .ShouldBe([Path.Combine(folder.Parent, "15/bin"), Path.Combine(folder.Parent, "18/bin")]);
        InstalledServers.Expand(folder.Parent + "/1*").Count().ShouldBe(2);
        InstalledServers.Expand("/no/such/place-*/bin").ShouldBeEmpty();
    }

    [Fact]
    public void Libraries_are_linked_within_the_package_only()
    {
        using var folder = new DataFolder();
        var lib = Directory.CreateDirectory(Path.Combine(folder.Parent, "native", "lib")).FullName;
        File.WriteAllText(Path.Combine(lib, "libpq.so.5.18"), "library");
        File.WriteAllText(Path.Combine(folder.Parent, "native", "pg-symlinks.json"),
            """
            [{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"},
             {"source":"native/lib/libpq.so.5.18","target":"../outside.so"}]
            """);
        EmbeddedServer.LinkLibraries(folder.Parent);
        File.ReadAllText(Path.Combine(lib, "libpq.so.5")).ShouldBe("library");
        File.Exists(Path.Combine(folder.Parent, "..", "outside.so")).ShouldBeFalse();
    }
}
