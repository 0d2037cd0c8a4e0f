// Dependencies: where they are found, in which order they are loaded, and what is missing.

using FhirHub.Tests;

namespace FhirHub.Server.Tests.Packages;

public class PackageResolutionTests
{
    private static readonly PackageLimits s_limits = new();

    [Fact]
    public void A_chain_is_loaded_from_its_end()
    {
        using var folder = new TemporaryFolder();
        TestPackage.Simple("t.b", "1.0.0", "t.c#1.0.0").PackInto(folder.Path);
        TestPackage.Simple("t.c", "1.0.0").UnpackInto(folder.Path);
        Assert.Equal("t.c#1.0.0 | t.b#1.0.0 | t.a#1.0.0", Resolve(folder, TestPackage.Simple("t.a", "1.0.0", "t.b#1.0.0")));
    }

    [Fact]
    public void Ranges_take_the_latest_that_fits()
    {
        using var folder = new TemporaryFolder();
        foreach (var version in new[] { "1.0.0", "1.0.2", "1.1.0", "2.0.0-ballot" })
            TestPackage.Simple("t.b", version).PackInto(folder.Path);
        Assert.Equal("t.b#1.0.2 | t.a#1.0.0", Resolve(folder, TestPackage.Simple("t.a", "1.0.0", "t.b#1.0.x")));
        Assert.Equal("t.b#1.1.0 | t.a#1.0.0", Resolve(folder, TestPackage.Simple("t.a", "1.0.0", "t.b#latest")));
    }

    [Fact]
    public void A_build_of_the_day_is_found_by_the_name_of_its_folder()
    {
        using var folder = new TemporaryFolder();
        TestPackage.Simple("t.b", "9.0.0").PackInto(folder.Path);
        TestPackage.Simple("t.b", "3.0.0-cibuild").UnpackInto(folder.Path, "current");
        Assert.Equal("t.b#3.0.0-cibuild | t.a#1.0.0", Resolve(folder, TestPackage.Simple("t.a", "1.0.0", "t.b#current")));
    }

    [Fact]
    public void What_is_loaded_already_is_not_loaded_again()
    {
        using var folder = new TemporaryFolder();
        TestPackage.Simple("t.b", "1.0.1").PackInto(folder.Path);
        Assert.Equal("t.a#1.0.0", Resolve(folder, TestPackage.Simple("t.a", "1.0.0", "t.b#1.0.x"), new PackageId("t.b", "1.0.0")));
    }

    [Fact]
    public void Packages_of_one_command_serve_each_other()
    {
        using var folder = new TemporaryFolder();
        var files = new[] { TestPackage.Simple("t.a", "1.0.0", "t.b#1.0.0"), TestPackage.Simple("t.b", "1.0.0") };
        Assert.Equal("t.b#1.0.0 | t.a#1.0.0", Text(PackageResolution.Resolve([.. files.Select(Read)], new PackageFolders([], s_limits), [])));
    }

    [Fact]
    public void Circles_are_loaded_together()
    {
        using var folder = new TemporaryFolder();
        TestPackage.Simple("t.b", "1.0.0", "t.c#1.0.0").PackInto(folder.Path);
        TestPackage.Simple("t.c", "1.0.0", "t.b#1.0.0", "t.d#1.0.0").PackInto(folder.Path);
        TestPackage.Simple("t.d", "1.0.0").PackInto(folder.Path);
        Assert.Equal("t.d#1.0.0 | t.c#1.0.0 t.b#1.0.0 | t.a#1.0.0", Resolve(folder, TestPackage.Simple("t.a", "1.0.0", "t.b#1.0.0")));
    }

    [Fact]
    public void A_missing_dependency_is_named_with_where_it_was_looked_for()
    {
        using var folder = new TemporaryFolder();
        TestPackage.Simple("t.b", "1.0.0", "t.none#2.0.0").PackInto(folder.Path);
        TestPackage.Simple("t.none", "1.0.0").PackInto(folder.Path);
        var fault = Assert.Throws<PackageException>(() => Resolve(folder, TestPackage.Simple("t.a", "1.0.0", "t.b#1.0.0")));
        Assert.Contains("t.b#1.0.0 needs t.none#2.0.0, which is missing; there is 1.0.0.", fault.Message, StringComparison.Ordinal);
        Assert.Contains(folder.Path, fault.Message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(".fhir", "packages"), fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_package_for_several_fhir_versions_that_for_r4_is_taken()
    {
        using var folder = new TemporaryFolder();
        var r5 = TestPackage.Simple("t.b", "1.0.0");
        r5.Manifest["fhirVersions"] = new System.Text.Json.Nodes.JsonArray("5.0.0");
        r5.PackInto(folder.Path);
        var fault = Assert.Throws<PackageException>(() => Resolve(folder, TestPackage.Simple("t.a", "1.0.0", "t.b#1.0.0")));
        Assert.Contains("t.b#1.0.0 is for FHIR 5.0.0, and this server is R4", fault.Message, StringComparison.Ordinal);
        TestPackage.Simple("t.b.r4", "1.0.0").PackInto(folder.Path);
        Assert.Equal("t.b.r4#1.0.0 | t.a#1.0.0", Resolve(folder, TestPackage.Simple("t.a", "1.0.0", "t.b#1.0.0")));
    }

    [Fact]
    public void A_file_that_holds_another_package_than_its_name_says_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.Copy(TestPackage.Simple("t.other", "1.0.0").PackInto(folder["there"]), folder["t.b-1.0.0.tgz"]);
        Assert.Contains("holds t.other#1.0.0", Assert.Throws<PackageException>(() => Resolve(folder, TestPackage.Simple("t.a", "1.0.0", "t.b#1.0.0"))).Message, StringComparison.Ordinal);
    }

    private static string Resolve(TemporaryFolder folder, TestPackage package, params PackageId[] loaded) =>
        Text(PackageResolution.Resolve([Read(package)], new PackageFolders([folder.Path], s_limits), loaded));

    private static PackageFile Read(TestPackage package) => PackageFile.Of(package.Pack(), s_limits);

    private static string Text(IReadOnlyList<IReadOnlyList<PackageFile>> groups) =>
        string.Join(" | ", groups.Select(static group => string.Join(' ', group.Select(static file => file.Manifest.Id))));
}
