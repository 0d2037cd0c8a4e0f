// Concepts found by words, and in which order.

using FhirHub.Model;

namespace FhirHub.Terminology.Tests.Concepts;

public sealed class TextIndexTests
{
    private static readonly ConceptTable Table = Build(
        ("A1", "Ibuprofen 200 mg tablet", "布洛芬片"),
        ("A2", "Ibuprofen eye drops", null),
        ("A3", "Ibuprofen", "布洛芬"),
        ("A4", "Drops for the eye with ibuprofen and a long name", null),
        ("A5", "Children's ibuprofen", null),
        ("H1", "Hypertension", "高血压"),
        ("H2", "Essential hypertension", "原发性高血压"),
        ("H3", "Low blood pressure", "低血压"),
        ("D1", "Type 2 diabetes mellitus", "2型糖尿病"),
        ("X1", "Crème brûlée intoxication", null),
        ("C1", "Chongqing fever", "重庆热"),
        ("718-7", "Hemoglobin [Mass/volume] in Blood", "血红蛋白"));

    [Theory]
    [InlineData("ibuprofen", "A3 A2 A1 A5 A4")]
    [InlineData("IBUPROFEN", "A3 A2 A1 A5 A4")]
    [InlineData("ibup", "A3 A2 A1 A5 A4")]
    [InlineData("eye ibup", "A2 A4")]
    [InlineData("ibuprofen, 200", "A1")]
    [InlineData("creme brulee", "X1")]
    [InlineData("hypertension", "H1 H2")]
    [InlineData("718-7", "718-7")]
    [InlineData("718", "718-7")]
    [InlineData("H2", "H2")]
    [InlineData("mass volume", "718-7")]
    [InlineData("eye hypertension", "")]
    [InlineData("!?", "")]
    public void Words_are_found_in_any_order_and_the_best_come_first(string filter, string expected) => Assert.Equal(expected, Find(filter));

    [Theory]
    [InlineData("ibuprofin", "A3 A2 A5 A1 A4")]
    [InlineData("ibprofen", "A3 A2 A5 A1 A4")]
    [InlineData("ibuuprofen", "A3 A2 A5 A1 A4")]
    [InlineData("ibuporfen", "A3 A2 A5 A1 A4")]
    [InlineData("obuprofen", "A3 A2 A5 A1 A4")]
    [InlineData("ibuprofenn", "A3 A2 A5 A1 A4")]
    [InlineData("hypertensoin essential", "H2")]
    [InlineData("ibupprofin", "")]
    [InlineData("eys", "")]
    public void One_mistake_in_a_word_is_forgiven_where_nothing_else_fits(string filter, string expected) => Assert.Equal(expected, Find(filter));

    [Theory]
    [InlineData("高血压", "H1 H2")]
    [InlineData("血压", "H3 H1 H2")]
    [InlineData("压", "H3 H1 H2")]
    [InlineData("高血压 原发", "H2")]
    [InlineData("糖尿病", "D1")]
    [InlineData("2型", "D1")]
    [InlineData("血糖", "")]
    public void Chinese_is_found_by_word(string filter, string expected) =>
        Assert.Equal(expected.Split(' ').Order(), Find(filter).Split(' ').Order());

    [Fact]
    public void A_Chinese_text_that_is_the_filter_comes_first() => Assert.StartsWith("H1 ", Find("高血压"), StringComparison.Ordinal);

    [Theory]
    [InlineData("gaoxueya", "H1 H2")]
    [InlineData("gao xue ya", "H1 H2")]
    [InlineData("xueya", "H1 H3 H2")]
    [InlineData("gxy", "H1 H2")]
    [InlineData("yfxgxy", "H2")]
    [InlineData("buluof", "A3 A1")]
    [InlineData("chongqing", "C1")]
    [InlineData("cqr", "C1")]
    public void Chinese_is_found_by_pinyin_and_its_initials(string filter, string expected) =>
        Assert.Equal(expected.Split(' ').Order(), Find(filter).Split(' ').Order());

    [Fact]
    public void A_search_stays_within_a_set_and_nothing_to_look_for_is_everything_of_it()
    {
        var within = ConceptSet.Of(Table, [1, 4, 7]);
        Assert.Equal([1, 4], Table.TextIndex.Search("ibuprofen", within));
        Assert.Equal([1, 4, 7], Table.TextIndex.Search(" ", within));
        Assert.Equal(Table.Count, Table.TextIndex.Search("").Count);
    }

    [Fact]
    public void A_filter_that_is_too_long_is_refused()
    {
        Assert.Equal("too-long", Assert.Throws<TerminologyException>(() => Table.TextIndex.Search(new string('a', 1_001))).Code);
        Assert.Equal("too-long", Assert.Throws<TerminologyException>(() => Table.TextIndex.Search(string.Join(' ', Enumerable.Range(0, 40)))).Code);
    }

    [Fact]
    public void A_text_of_any_length_and_of_odd_characters_is_no_harm()
    {
        var table = Build(("1", new string('高', 50_000), null), ("2", "\ud83d\ude00 smile\u0000d", "x"), ("3", new string('a', 5_000), null), ("4", "", null));
        Assert.Equal([0], table.TextIndex.Search("高高"));
        Assert.Equal([1], table.TextIndex.Search("smile"));
        Assert.Equal([2], table.TextIndex.Search("aaaa"));
        Assert.Equal([3], table.TextIndex.Search("4"));
    }

    internal static ConceptTable Build(params (string Code, string Display, string? Chinese)[] concepts)
    {
        var builder = ConceptTableBuilder.InMemory(new CodeSystemHeader { Url = "http://example.org/texts" });
        foreach (var (code, display, chinese) in concepts)
        {
            var concept = builder.Add(code, display);
            if (chinese is not null)
                builder.AddDesignation(concept, chinese, "zh-CN");
        }

        return builder.Build();
    }

    private static string Find(string filter) => string.Join(' ', Table.TextIndex.Search(filter).Select(Table.Code));
}
