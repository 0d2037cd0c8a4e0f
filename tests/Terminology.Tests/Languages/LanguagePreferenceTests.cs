// Which language an answer is in.

namespace FhirHub.Terminology.Tests;

public class LanguagePreferenceTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("*;q=0.5")]
    [InlineData("en;q=0")]
    public void No_wish_is_none(string? text) => Assert.True(LanguagePreference.Parse(text).IsNone);

    [Theory]
    [InlineData("zh-CN", "zh-TW,zh,zh-Hans-CN,en,zh-CN", "zh-CN")]
    [InlineData("zh-CN", "zh-TW,zh,zh-Hans-CN,en", "zh-Hans-CN")]
    [InlineData("zh-CN", "zh-TW,zh,en", "zh")]
    [InlineData("zh-CN", "zh-TW,en", "zh-TW")]
    [InlineData("DE", "en,de-CH", "de-CH")]
    [InlineData("fr, de;q=0.5, en;q=0.8", "de,en", "en")]
    [InlineData("fr-CA, en", "en,fr", "fr")]
    public void The_best_language_is_taken(string wish, string tags, string best)
    {
        var preference = LanguagePreference.Parse(wish);
        Assert.Equal(best, tags.Split(',').MinBy(preference.RankOf));
    }

    [Fact]
    public void A_language_that_nobody_asked_for_is_not_accepted()
    {
        var preference = LanguagePreference.Parse("de, *;q=0");
        Assert.False(preference.TakesOthers);
        Assert.False(preference.Accepts("en"));
        Assert.False(preference.Accepts(null));
        Assert.False(preference.Accepts("den"));
        Assert.True(preference.Accepts("de-x-dialect"));
    }

    [Fact]
    public void What_is_no_language_range_is_passed_over() =>
        Assert.Equal(["en"], LanguagePreference.Parse(";;,q=1, <script>, en;q=abc, 12").Ranges);
}
