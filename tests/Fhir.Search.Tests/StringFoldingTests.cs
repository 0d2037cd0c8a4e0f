// What counts as the same text in a search.

namespace FhirHub.Search.Tests;

public class StringFoldingTests
{
    [Theory]
    [InlineData("Müller", "muller")]
    [InlineData("Mu\u0308ller", "muller")]
    [InlineData("ÅNGSTRÖM", "angstrom")]
    [InlineData("Straße", "strasse")]
    [InlineData("Søren Ærø", "soren aero")]
    [InlineData("Łukasz", "lukasz")]
    [InlineData("ＡＢＣ　１２", "abc 12")]
    [InlineData("  a \t\n b  ", "a b")]
    [InlineData("张伟", "张伟")]
    [InlineData("ガ", "ガ")]
    [InlineData("한국", "한국")]
    [InlineData("ﬁn", "fin")]
    [InlineData("Ελλάδα", "ελλαδα")]
    [InlineData("İstanbul", "istanbul")]
    [InlineData("", "")]
    public void Case_accents_and_width_do_not_count(string text, string folded) => Assert.Equal(folded, StringFolding.Fold(text));

    [Fact]
    public void Folding_twice_changes_nothing_more()
    {
        for (var code = 0x20; code < 0x2FFFF; code++)
        {
            if (code is >= 0xD800 and <= 0xDFFF)
                continue;
            var once = StringFolding.Fold(char.ConvertFromUtf32(code));
            Assert.Equal(once, StringFolding.Fold(once));
        }
    }
}
