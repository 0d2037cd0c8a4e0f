// Links of narratives.

using FhirHub.Server;

namespace FhirHub.Tests.Bundles;

public class NarrativeLinkRewriterTests
{
    [Theory]
    [InlineData("<a href=\"old\">x</a>", "<a href=\"new\">x</a>")]
    [InlineData("<a  class='c'\n href = 'old' >x</a>", "<a  class='c'\n href = 'new' >x</a>")]
    [InlineData("<img alt=\"a > b\" src=\"old\"/>", "<img alt=\"a > b\" src=\"new\"/>")]
    [InlineData("<a href=\"old\"/><a href=\"old\"/>", "<a href=\"new\"/><a href=\"new\"/>")]
    public void A_link_gets_its_target(string xhtml, string expected) => Assert.Equal(expected, Rewrite(xhtml));

    [Theory]
    [InlineData("<a href=\"other\">old</a>")]
    [InlineData("<p href=\"old\">x</p>")]
    [InlineData("<!-- <a href=\"old\"> -->")]
    [InlineData("<a title=\"href='old'\">x</a>")]
    [InlineData("<a href=old>x</a>")]
    [InlineData("<a href=\"old")]
    [InlineData("<")]
    public void What_is_no_link_stays(string xhtml) => Assert.Null(Rewrite(xhtml));

    private static string? Rewrite(string xhtml) => NarrativeLinkRewriter.Rewrite(xhtml, (ReadOnlySpan<char> link, out string target) =>
    {
        target = "new";
        return link is "old";
    });
}
