// Code systems in files: imported, found, replaced, removed, damaged.

using FhirHub.Model;

namespace FhirHub.Terminology.Tests.Systems;

public sealed class ImportedSystemsTests : IDisposable
{
    private const string Url = "http://example.org/imported";

    private readonly string _folder = Directory.CreateTempSubdirectory("imported").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_imported_is_there_again_after_a_restart()
    {
        Import("1", "Ibuprofen");
        var table = Assert.Single(new ImportedSystems(_folder).Find(Url)).Table!;
        Assert.Equal("1", table.Header.Version);
        Assert.Equal("Ibuprofen", table.Display(table.Find("child")));
        Assert.Equal([new Designation("布洛芬", "zh-CN")], table.Designations(1));
        Assert.Equal([new ConceptProperty("form", PropertyType.String, "tablet")], table.Properties(1));
        Assert.True(table.Subsumes(0, 1));
        Assert.Equal([1], table.Set("refset")!);
        Assert.Equal([1], table.TextIndex.Search("ibu"));
        Assert.Equal([1], table.TextIndex.Search("blf"));
        Assert.Equal(["form"], table.PropertyDefinitions.Select(p => p.Code));
    }

    [Fact]
    public void Versions_stand_side_by_side_and_the_same_one_is_replaced()
    {
        var systems = new ImportedSystems(_folder);
        Import("1", "First");
        var first = Assert.Single(systems.Find(Url));
        var state = systems.State;
        Import("2", "Second");
        Assert.NotEqual(state, systems.State);
        Assert.Equal(["1", "2"], systems.Find(Url).Select(s => s.Version));
        Import("1", "First again");
        Assert.Equal(["2", "1"], systems.Find(Url).Select(s => s.Version));
        Assert.Equal("First again", systems.Find(Url)[1].Find("child")!.Display);

        // Who was in the middle of using the old one still can.
        Assert.Equal("First", first.Find("child")!.Display);
        Assert.Equal(2, Directory.GetFiles(_folder, "*.concepts").Length);
        Assert.True(systems.Remove(Url, "2"));
        Assert.False(systems.Remove(Url, "2"));
        Assert.Equal(["1"], systems.Entries.Select(e => e.Header.Version));
    }

    [Fact]
    public void An_import_that_is_given_up_leaves_nothing()
    {
        var systems = new ImportedSystems(_folder);
        using (var import = systems.Begin(new CodeSystemHeader { Url = Url }))
            import.Builder.Add("a");
        Assert.Empty(systems.Entries);
        Assert.Empty(Directory.GetFiles(_folder));
        Assert.Empty(new ImportedSystems(Path.Combine(_folder, "none")).Entries);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(-30)]
    public void A_damaged_file_is_refused_with_its_name(int at)
    {
        var file = Path.Combine(_folder, Import("1", "a").File);
        var bytes = File.ReadAllBytes(file);
        bytes[at >= 0 ? at : bytes.Length + at] ^= 0x40;
        File.WriteAllBytes(file, bytes);
        var refused = Assert.Throws<TerminologyException>(() => new ImportedSystems(_folder).Find(Url));
        Assert.Contains($"{Url} in version 1", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(1_000)]
    public void A_file_that_was_cut_off_is_refused(int length)
    {
        var file = Path.Combine(_folder, Import("1", "a").File);
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..length]);
        Assert.Throws<TerminologyException>(() => new ImportedSystems(_folder).Find(Url));
    }

    [Fact]
    public async Task Imported_versions_are_resolved_beside_those_of_resources()
    {
        Import("1", "a");
        Import("3", "a");
        var source = new MemorySource().With($$"""{"resourceType":"CodeSystem","url":"{{Url}}","version":"2","status":"active","content":"complete","concept":[{"code":"a"}]}""");
        var library = new TerminologyLibrary([source, new R4TerminologySource()], [new ImportedSystems(_folder)]);
        var scope = await library.OpenAsync(null, default);
        Assert.Equal("3", (await scope.CodeSystemAsync(Url, null, default))!.Version);
        Assert.Equal("2", (await scope.CodeSystemAsync(Url, "2", default))!.Version);
        Assert.Equal(["3", "2", "1"], (await scope.ResolveCodeSystemAsync(Url, null, default)).Versions);
        Import("4", "a");
        Assert.Equal("4", (await (await library.OpenAsync(null, default)).CodeSystemAsync(Url, null, default))!.Version);
    }

    [Fact]
    public async Task Several_imports_at_once_are_all_kept()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => Import($"{i}", "a"))));
        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"{i}"), new ImportedSystems(_folder).Entries.Select(e => e.Header.Version!).Order());
    }

    private ImportedSystem Import(string version, string display)
    {
        using var import = new ImportedSystems(_folder).Begin(new CodeSystemHeader { Url = Url, Version = version, Properties = [new PropertyDefinition("form")] });
        var parent = import.Builder.Add("parent", "Group");
        var child = import.Builder.Add("child", display);
        import.Builder.AddParent(child, parent);
        import.Builder.AddDesignation(child, "布洛芬", "zh-CN");
        import.Builder.AddProperty(child, "form", "tablet");
        import.Builder.AddToSet("refset", child);
        return import.Commit();
    }
}
