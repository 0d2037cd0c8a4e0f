// ECL over a small edition that is made up here in the shape of SNOMED CT's.

using FhirHub.Model;

namespace FhirHub.Terminology.Tests.Ecl;

public sealed class ExpressionConstraintTests
{
    private static readonly ConceptTable s_edition = SmallEdition.Make();

    [Theory]
    [InlineData("1000001", "1000001")]
    [InlineData("1000001 |Finding|", "1000001")]
    [InlineData("< 1000001", "1000002 1000003 1000004 1000005 1000006")]
    [InlineData("<< 1000002", "1000002 1000004 1000005")]
    [InlineData("< < 1000002 |Pain \"in\" the (chest|", "1000002 1000004 1000005")]
    [InlineData("<! 1000001", "1000002 1000003 1000006")]
    [InlineData("<<! 1000002", "1000002 1000004 1000005")]
    [InlineData("> 1000004", "1000001 1000002 1000003 138875005")]
    [InlineData(">> 1000004", "1000001 1000002 1000003 1000004 138875005")]
    [InlineData(">! 1000004", "1000002 1000003")]
    [InlineData(">>! 1000004", "1000002 1000003 1000004")]
    [InlineData("!!> (< 1000001)", "1000002 1000003")]
    [InlineData("!!< (< 1000001)", "1000004 1000005 1000006")]
    [InlineData("descendantOrSelfOf 1000002", "1000002 1000004 1000005")]
    [InlineData("CHILDOF 1000001", "1000002 1000003 1000006")]
    [InlineData("^ 9000101", "1000004 1000006")]
    [InlineData("memberOf 9000101", "1000004 1000006")]
    [InlineData("< (^ 9000101 OR 1000002)", "1000004 1000005")]
    [InlineData("^ (< 9000100)", "1000004 1000005 1000006")]
    [InlineData("1000404", "")]
    public void Concepts_are_selected_by_hierarchy_and_membership(string expression, string codes) => Assert.Equal(codes, Select(expression));

    [Theory]
    [InlineData("<< 1000002 AND << 1000003", "1000004")]
    [InlineData("<< 1000002 , << 1000003", "1000004")]
    [InlineData("1000004 OR 1000005 or 1000006", "1000004 1000005 1000006")]
    [InlineData("<< 1000002 MINUS << 1000003", "1000002 1000005")]
    [InlineData("(<< 1000002 MINUS << 1000003) OR 1000006 /* and so on */", "1000002 1000005 1000006")]
    public void Sets_are_put_together(string expression, string codes) => Assert.Equal(codes, Select(expression));

    [Theory]
    [InlineData("< 1000001 : 2000001 = 3000002", "1000004")]
    [InlineData("< 1000001 : 2000001 = << 3000001", "1000004 1000005 1000006")]
    [InlineData("< 1000001 : 2000001 = *", "1000004 1000005 1000006")]
    [InlineData("< 1000001 : 2000001 != << 3000002", "1000005 1000006")]
    [InlineData("< 1000001 : * = 3000004", "1000004 1000006")]
    [InlineData("< 1000001 : << 2000000 = 3000004", "1000004 1000006")]
    [InlineData("< 1000001 : 2000001 = 3000003 , 2000002 = 3000004", "1000006")]
    [InlineData("< 1000001 : 2000001 = 3000002 OR 2000001 = 3000003", "1000004 1000005 1000006")]
    [InlineData("< 1000001 : 2000001 = (3000002 OR 3000003), 2000002 = *", "1000004 1000006")]
    [InlineData("< 1000001 : { 2000001 = 3000003 , 2000002 = 3000004 }", "")]
    [InlineData("< 1000001 : { 2000001 = 3000002 , 2000002 = 3000004 }", "1000004")]
    [InlineData("< 1000001 : { 2000001 = 3000002 } OR { 2000001 = 3000003 , 2000002 = 3000005 }", "1000004 1000006")]
    [InlineData("< 1000001 : 2000001 = 3000001 OR 2000001 = 3000003 , { 2000002 = 3000004 }", "1000006")]
    [InlineData("< 1000001 : (2000001 = 3000002 AND 2000002 = 3000004) OR 2000001 = 3000001", "1000004")]
    [InlineData("(< 1000001 : 2000001 = 3000002) OR 1000005", "1000004 1000005")]
    public void Refinements_select_by_attributes(string expression, string codes) => Assert.Equal(codes, Select(expression));

    [Theory]
    [InlineData("<< 1000001 : [0..0] 2000001 = *", "1000001 1000002 1000003")]
    [InlineData("<< 1000001 : [2..*] 2000001 = *", "1000006")]
    [InlineData("<< 1000001 : [1 to 1] 2000001 = *", "1000004 1000005")]
    [InlineData("<< 1000001 : [2..2] { 2000001 = * }", "1000006")]
    [InlineData("<< 1000001 : [0..1] { 2000001 = * }, 2000001 = *", "1000004 1000005")]
    [InlineData("<< 1000001 : { [0..0] 2000002 = *, 2000001 = * }", "1000005 1000006")]
    [InlineData("<< 1000001 : [0..0] (<< 2000000 MINUS 2000001) = *, 2000001 = *", "1000005")]
    public void Cardinalities_count_attributes_and_groups(string expression, string codes) => Assert.Equal(codes, Select(expression));

    [Theory]
    [InlineData("< 3000000 : R 2000001 = << 1000003", "3000002 3000003")]
    [InlineData("< 3000000 : reverseOf 2000001 = 1000005", "3000003")]
    [InlineData("< 3000000 : [2..*] R 2000001 = *", "3000003")]
    [InlineData("<< 1000003 . 2000001", "3000002 3000003")]
    [InlineData("(< 1000001 : 2000002 = *) . 2000001 . 2000003", "3000005")]
    [InlineData("< 1000001 : 2000001 = (< 3000000 : 2000003 = 3000005)", "1000005 1000006")]
    [InlineData("* : 116680003 = 1000003", "1000004 1000006")]
    public void Attributes_are_followed_both_ways(string expression, string codes) => Assert.Equal(codes, Select(expression));

    [Theory]
    [InlineData("* : 2000004 = #5", "1000002")]
    [InlineData("* : 2000004 >= #5.0", "1000002 1000003")]
    [InlineData("* : 2000004 > #5, 2000004 < #100.25", "1000003")]
    [InlineData("* : 2000004 != #5", "1000003")]
    [InlineData("* : 2000005 = \"panadol\"", "1000005")]
    [InlineData("* : 2000005 = wild:\"PAN*OL\"", "1000005")]
    [InlineData("* : 2000005 = (\"x\" \"panadol\")", "1000005")]
    [InlineData("* : 2000006 = true", "1000006")]
    [InlineData("* : 2000006 != true", "")]
    public void Concrete_values_are_compared(string expression, string codes) => Assert.Equal(codes, Select(expression));

    [Theory]
    [InlineData("<< 1000001 {{ term = \"che pai\" }}", "1000004")]
    [InlineData("<< 1000001 {{ D term = match:\"PAI\" }}", "1000002 1000004 1000005")]
    [InlineData("<< 1000001 {{ term = wild:\"*pain\" }}", "1000002 1000004")]
    [InlineData("<< 1000001 {{ term = exact:\"Pain\" }}", "1000002")]
    [InlineData("<< 1000001 {{ term = (\"cough\" \"headache\") }}", "1000005 1000006")]
    [InlineData("<< 1000001 {{ term = \"pain\", type = fsn }}", "1000002 1000004 1000005")]
    [InlineData("<< 1000001 {{ term = \"head\", type = syn }}", "1000005")]
    [InlineData("<< 1000001 {{ typeId = 900000000000550004 }}", "1000006")]
    [InlineData("<< 1000001 {{ type = (syn def), term = \"air\" }}", "1000006")]
    [InlineData("<< 1000001 {{ language = zh }}", "1000004")]
    [InlineData("<< 1000001 {{ term = \"胸痛\" }}", "1000004")]
    [InlineData("<< 1000001 {{ dialect = en-gb, term = \"cephalgia\" }}", "")]
    [InlineData("<< 1000001 {{ dialect = en-us (accept), term = \"cephalgia\" }}", "1000005")]
    [InlineData("<< 1000001 {{ dialect = en-us (prefer), term = \"cephalgia\" }}", "")]
    [InlineData("<< 1000001 {{ dialectId = 900000000000508004, term = \"headache\" }}", "1000005")]
    [InlineData("<< 1000001 {{ dialect = (en-gb en-us) (prefer), type = syn, term = \"head\" }}", "1000005")]
    [InlineData("<< 1000001 {{ term = \"pain\" }} {{ C definitionStatus = defined }}", "1000004")]
    public void Descriptions_are_searched(string expression, string codes) => Assert.Equal(codes, Select(expression));

    [Theory]
    [InlineData("<< 1000001 {{ C definitionStatus = defined }}", "1000004")]
    [InlineData("<< 1000002 {{ C definitionStatusId = 900000000000074008 }}", "1000002 1000005")]
    [InlineData("<< 1000002 {{ C moduleId = 900000000000207008 }}", "1000002 1000004")]
    [InlineData("<< 1000002 {{ C moduleId != 900000000000207008 }}", "1000005")]
    [InlineData("<< 1000002 {{ C effectiveTime >= \"20200101\" }}", "1000005")]
    [InlineData("<< 1000002 {{ C effectiveTime = (\"20020131\" \"20210131\") }}", "1000002 1000004 1000005")]
    [InlineData("* {{ C active = false }}", "1000009")]
    [InlineData("1000009 {{ C active = 1 }}", "")]
    public void Concepts_are_filtered(string expression, string codes) => Assert.Equal(codes, Select(expression));

    [Theory]
    [InlineData("1000005 {{ + HISTORY }}", "1000005 1000009")]
    [InlineData("1000005 {{ +HISTORY-MIN }}", "1000005 1000009")]
    [InlineData("1000005 {{ +HISTORY (900000000000526001) }}", "1000005")]
    [InlineData("^ 900000000000527005", "1000009")]
    [InlineData("^ [targetComponentId] 900000000000527005", "1000005")]
    [InlineData("^ 900000000000527005 {{ M targetComponentId = << 1000002 }}", "1000009")]
    [InlineData("^ 9000102 {{ M mapTarget = \"R51\" }}", "1000005")]
    [InlineData("^ 9000102 {{ M mapTarget = wild:\"R0*\", active = 1 }}", "1000004")]
    public void History_and_members_are_read(string expression, string codes) => Assert.Equal(codes, Select(expression));

    [Fact]
    public void The_wildcard_means_the_active_concepts()
    {
        var all = ExpressionConstraint.Evaluate("*", s_edition);
        Assert.Equal(s_edition.Count - 1, all.Count);
        Assert.False(all.Contains(s_edition.Find("1000009")));
    }

    [Theory]
    [InlineData("", "character 1 (its end)", "a concept, '*' or '(' is wanted")]
    [InlineData("12345", "character 1", "6 to 18 digits")]
    [InlineData("1000001 AND 1000002 OR 1000003", "character 21", "put brackets around")]
    [InlineData("1000001 MINUS 1000002 MINUS 1000003", "character 23", "put brackets around the first two")]
    [InlineData("1000001 : 2000001 = 1000002 MINUS 1000003", "character 29", "put brackets around")]
    [InlineData("1000001 : 2000001 = 1 AND 2000002 = 3", "character 21", "6 to 18 digits")]
    [InlineData("1000001 : 2000001 = 3000001, 2000002 = 3000001 OR 2000001 = 3000002", "character 48", "AND and OR can't be mixed")]
    [InlineData("1000001 : 2000001", "(its end)", "'=', '!='")]
    [InlineData("1000001 : 2000001 > 3000001", "character 21", "only numbers are less or greater")]
    [InlineData("1000001 : { { 2000001 = * } }", "character 13", "a group can't be in a group")]
    [InlineData("1000001 : [2..1] 2000001 = *", "character 16", "below the least")]
    [InlineData("1000001 |Finding", "character 9", "does not end")]
    [InlineData("1000001 {{ colour = red }}", "character 12", "term, language, type")]
    [InlineData("(1000001", "(its end)", "')' is wanted")]
    [InlineData("1000001 1000002", "character 9", "is wanted")]
    [InlineData("/* 1000001", "character 1", "does not end")]
    public void What_can_t_be_read_is_said_with_its_place(string expression, string place, string expectation)
    {
        var fault = Assert.Throws<TerminologyException>(() => ExpressionConstraint.Parse(expression));
        Assert.Equal("invalid", fault.Code);
        Assert.Contains(place, fault.Message, StringComparison.Ordinal);
        Assert.Contains(expectation, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1000001 {{ D active = 0 }}")]
    [InlineData("1000001 {{ D id = 123456789 }}")]
    [InlineData("^ 9000101 {{ M moduleId = 900000000000207008 }}")]
    [InlineData("^ [mapPriority] 9000102")]
    [InlineData("LOINC#54486-6")]
    public void What_the_table_does_not_hold_is_said(string expression)
    {
        var fault = Assert.Throws<TerminologyException>(() => ExpressionConstraint.Evaluate(expression, s_edition));
        Assert.Equal("not-supported", fault.Code);
    }

    [Fact]
    public void Brackets_without_end_are_refused_and_not_followed()
    {
        var deep = new string('(', 50_000) + "1000001" + new string(')', 50_000);
        Assert.Equal("too-costly", Assert.Throws<TerminologyException>(() => ExpressionConstraint.Parse(deep)).Code);
        var attributes = "1000001 : " + new string('(', 50_000) + "2000001 = *" + new string(')', 50_000);
        Assert.Throws<TerminologyException>(() => ExpressionConstraint.Parse(attributes));
        Assert.Equal("too-costly", Assert.Throws<TerminologyException>(() => ExpressionConstraint.Parse(new string(' ', 300_000))).Code);
    }

    private static string Select(string expression) =>
        string.Join(' ', ExpressionConstraint.Evaluate(expression, s_edition).Select(s_edition.Code).Order(StringComparer.Ordinal));

    [Fact]
    public void Thousands_of_large_sets_are_too_costly()
    {
        var builder = ConceptTableBuilder.InMemory(new CodeSystemHeader { Url = "http://snomed.info/sct", CaseSensitive = true });
        builder.Add("138875005", "Root");
        for (var i = 0; i < 50_000; i++)
            builder.AddParent(builder.Add($"{1_000_000 + i}"), "138875005");
        var table = builder.Build();
        var refused = Assert.Throws<TerminologyException>(() => ExpressionConstraint.Evaluate(string.Join(" OR ", Enumerable.Repeat("<<138875005", 1_000)), table));
        Assert.Equal("too-costly", refused.Code);
        Assert.Equal(3_000, ExpressionConstraint.Evaluate(string.Join(" OR ", Enumerable.Range(0, 3_000).Select(static i => $"<<{1_000_000 + i}")), table).Count);
    }
}
