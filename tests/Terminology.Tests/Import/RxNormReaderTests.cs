// RxNorm, in a made-up release.

namespace FhirHub.Terminology.Tests.Import;

public sealed class RxNormReaderTests
{
    [Fact]
    public void Concepts_are_what_rxnorm_itself_names()
    {
        using var release = Release();
        var table = release.Read();
        Assert.Equal("http://www.nlm.nih.gov/research/umls/rxnorm", table.Header.Url);
        Assert.Equal("20240304", table.Header.Version);
        Assert.Equal(3, table.Count);
        var tablet = table.Find("1000001");
        Assert.Equal("aspirine 500 MG Oral Tablet", table.Display(tablet));
        Assert.Contains(table.Designations(tablet), one => one is { Value: "aspirine tab", Use.Code: "SY" });
        Assert.Equal(["SCD"], table.PropertyTexts(tablet, "TTY"));
        Assert.Equal(["T200"], table.PropertyTexts(tablet, "STY"));
        Assert.Equal(["500 MG"], table.PropertyTexts(tablet, "RXN_STRENGTH"));
        Assert.Equal(["1000002"], table.PropertyTexts(tablet, "has_ingredient"));
        Assert.Equal(-1, table.Find("1000009"));
    }

    [Fact]
    public void A_concept_with_obsolete_names_only_is_inactive()
    {
        using var release = Release();
        var table = release.Read();
        Assert.True(table.IsInactive(table.Find("1000003")));
        Assert.False(table.IsInactive(table.Find("1000001")));
    }

    private static SmallRelease Release() => new SmallRelease("RxNorm_full_03042024")
        .Add(
            "rrf/RXNCONSO.RRF",
            "1000001|ENG||||||1|||1|RXNORM|SY|1000001|aspirine tab||N|4096|",
            "1000001|ENG||||||2|||1|RXNORM|SCD|1000001|aspirine 500 MG Oral Tablet||N|4096|",
            "1000001|ENG||||||3|||1|MTHSPL|DP|1000001|ASPIRINE||N|4096|",
            "1000002|ENG||||||4|||1|RXNORM|IN|1000002|aspirine||N|4096|",
            "1000003|ENG||||||5|||1|RXNORM|SCD|1000003|aspirine 400 MG Oral Tablet||O|4096|",
            "1000009|ENG||||||6|||1|GS|CD10|1000009|Not of RxNorm||N|4096|")
        .Add("rrf/RXNSTY.RRF", "1000001|T200|A1.3.3|Clinical Drug|AT1|256|")
        .Add("rrf/RXNSAT.RRF", "1000001|||2|AUI|1000001|||RXN_STRENGTH|RXNORM|500 MG|N|4096|", "1000001|||3|AUI|1000001|||COLOR|MTHSPL|WHITE|N|4096|")
        .Add("rrf/RXNREL.RRF", "1000002||CUI|RO|1000001||CUI|has_ingredient|||RXNORM|RXNORM||||4096|", "1000002|4|AUI|RO|1000001|2|AUI|has_x|||RXNORM|RXNORM||||4096|");
}
