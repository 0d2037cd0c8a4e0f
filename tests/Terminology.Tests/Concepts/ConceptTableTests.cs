// What a table says of the concepts of a CodeSystem.

using System.Text;
using FhirHub.Model;

namespace FhirHub.Terminology.Tests.Concepts;

public sealed class ConceptTableTests
{
    private const string Drugs = """
        {"resourceType":"CodeSystem","url":"http://example.org/drugs","version":"2","status":"active","content":"complete","caseSensitive":true,
         "hierarchyMeaning":"is-a",
         "property":[{"code":"form","type":"code"},{"code":"state","uri":"http://hl7.org/fhir/concept-properties#status","type":"code"},
          {"code":"group","uri":"http://hl7.org/fhir/concept-properties#notSelectable","type":"boolean"},{"code":"alike","type":"Coding"}],
         "concept":[
          {"code":"pain","display":"Painkillers","property":[{"code":"group","valueBoolean":true}],"concept":[
            {"code":"ibu","display":"Ibuprofen","definition":"An NSAID","designation":[{"language":"zh-CN","value":"布洛芬"},
              {"use":{"system":"http://snomed.info/sct","code":"900000000000013009"},"value":"Brufen"}],
             "property":[{"code":"form","valueCode":"tablet"},{"code":"alike","valueCoding":{"system":"http://example.org/drugs","code":"nap"}}]},
            {"code":"nap","display":"Naproxen","property":[{"code":"state","valueCode":"retired"},{"code":"parent","valueCode":"old"}]}]},
          {"code":"old"},
          {"code":"ibu","display":"The same again"}]}
        """;

    [Fact]
    public void Concepts_are_found_by_code_in_the_order_of_the_document()
    {
        var table = Table(Drugs);
        Assert.Equal(["pain", "ibu", "nap", "old"], table.All.Select(table.Code));
        Assert.Equal(2, table.Find("nap"));
        Assert.Equal(-1, table.Find("NAP"));
        Assert.Equal(-1, table.Find(""));
        Assert.Equal("Ibuprofen", table.Display(1));
        Assert.Equal("An NSAID", table.Definition(1));
        Assert.Null(table.Display(3));
        Assert.Null(table.Definition(0));
        Assert.Equal(1, table.Duplicates);
    }

    [Fact]
    public void Designations_and_properties_are_what_the_resource_has()
    {
        var table = Table(Drugs);
        Assert.Equal(
            [new Designation("布洛芬", "zh-CN"), new Designation("Brufen", null, new CodingValue("http://snomed.info/sct", null, "900000000000013009"))],
            table.Designations(1));
        Assert.Equal(
            [new ConceptProperty("form", PropertyType.Code, "tablet"), new ConceptProperty("alike", PropertyType.Coding, "nap", new CodingValue("http://example.org/drugs", null, "nap"))],
            table.Properties(1));
        Assert.Empty(table.Designations(0));
        Assert.Equal("retired", table.Status(2));
        Assert.Equal([1], table.WithProperty("form", text => text.StartsWith("tab", StringComparison.Ordinal)));
        Assert.Equal([1], table.WithProperty("alike", ConceptSet.Of(table, [2])));
        Assert.Equal([2], table.WithProperty("state"));
        Assert.Equal([(2, 0)], table.PropertyConcepts(1, table.FindProperty("alike")));
        Assert.Empty(table.WithProperty("colour"));
    }

    [Fact]
    public void Properties_say_what_is_inactive_and_what_is_abstract_whatever_their_names()
    {
        var table = Table(Drugs);
        Assert.Equal([2], table.Inactive);
        Assert.Equal([0], table.Abstract);
    }

    [Fact]
    public void Nesting_and_parent_properties_make_one_hierarchy()
    {
        var table = Table(Drugs);
        Assert.Equal([0, 3], table.Parents(2).ToArray());
        Assert.Equal([1, 2], table.Children(0).ToArray());
        Assert.True(table.Subsumes(0, 2));
        Assert.True(table.Subsumes(3, 2));
        Assert.True(table.Subsumes(2, 2));
        Assert.False(table.Subsumes(2, 0));
        Assert.Equal([1, 2], table.Descendants(0, includesSelf: false));
        Assert.Equal([0, 2, 3], table.Ancestors(2, includesSelf: true));
        Assert.Equal([0, 3], table.Roots);
        Assert.Equal([1, 2], table.Leaves);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("ABC")]
    [InlineData("äß中")]
    [InlineData("Äß中")]
    public void A_code_system_may_ignore_case(string code)
    {
        var table = Table("""
            {"resourceType":"CodeSystem","url":"http://example.org/c","status":"active","content":"complete","caseSensitive":false,
             "concept":[{"code":"aBc"},{"code":"Äß中"}]}
            """);
        Assert.True(table.Find(code) >= 0);
        Assert.Contains(table.Code(table.Find(code)), (string[])["aBc", "Äß中"]);
    }

    [Fact]
    public void A_hierarchy_that_runs_in_a_circle_breaks_nothing()
    {
        var builder = ConceptTableBuilder.InMemory(new CodeSystemHeader { Url = "http://example.org/circle" });
        foreach (var code in (string[])["a", "b", "c", "d"])
            builder.Add(code);
        builder.AddParent(0, 1);
        builder.AddParent(1, 2);
        builder.AddParent(2, 0);
        builder.AddParent(3, 0);
        builder.AddParent(3, 3);
        builder.AddParent(3, "nowhere");
        var table = builder.Build();
        Assert.True(table.Subsumes(0, 2));
        Assert.True(table.Subsumes(2, 0));
        Assert.Equal([0, 1, 2, 3], table.Descendants(1, includesSelf: true));
        Assert.Equal([0, 1, 2], table.Ancestors(3, includesSelf: false));
        Assert.Equal([1, 2], table.Ancestors(0, includesSelf: false));
        Assert.Equal([1, 2, 3], table.Descendants(0, includesSelf: false));
    }

    [Fact]
    public void A_chain_of_100_000_concepts_is_a_hierarchy_like_any_other()
    {
        const int Depth = 100_000;
        var builder = ConceptTableBuilder.InMemory(new CodeSystemHeader { Url = "http://example.org/chain" });
        for (var i = 0; i < Depth; i++)
        {
            var concept = builder.Add($"c{i}");
            if (i > 0)
                builder.AddParent(concept, concept - 1);
        }

        var table = builder.Build();
        Assert.True(table.Subsumes(0, Depth - 1));
        Assert.False(table.Subsumes(Depth - 1, 0));
        Assert.Equal(Depth, table.Descendants(0, includesSelf: true).Count);
        Assert.Equal(Depth - 1, table.Ancestors(Depth - 1, includesSelf: false).Count);
    }

    [Fact]
    public void An_empty_code_system_has_an_empty_table()
    {
        var table = Table("""{"resourceType":"CodeSystem","url":"http://example.org/none","status":"active","content":"not-present"}""");
        Assert.Equal(0, table.Count);
        Assert.Equal(-1, table.Find("a"));
        Assert.Empty(table.All);
        Assert.Empty(table.Roots);
    }

    [Fact]
    public void Parents_may_be_named_before_they_come_and_sets_have_each_member_once()
    {
        var builder = ConceptTableBuilder.InMemory(new CodeSystemHeader { Url = "http://example.org/later" });
        var child = builder.Add("child");
        builder.AddParent(child, "parent");
        var parent = builder.Add("parent");
        builder.SetDisplay(child, "Set later");
        builder.AddToSet("refset", parent);
        builder.AddToSet("refset", child);
        builder.AddToSet("refset", parent);
        var table = builder.Build();
        Assert.True(table.Subsumes(parent, child));
        Assert.Equal("Set later", table.Display(child));
        Assert.Equal([child, parent], table.Set("refset")!);
        Assert.Null(table.Set("other"));
    }

    private static ConceptTable Table(string json)
    {
        var parsed = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json));
        Assert.True(parsed.IsValid, string.Join(' ', parsed.Issues.Select(i => i.Diagnostics)));
        return ConceptTableBuilder.FromResource(parsed.Tree!.Root);
    }
}
