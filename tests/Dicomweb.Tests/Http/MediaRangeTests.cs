// What clients accept, as they write it.

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace FhirHub.Dicomweb.Tests;

public class MediaRangeTests
{
    private static readonly MediaRange Json = MediaRange.Of("application/dicom+json");
    private static readonly MediaRange Xml = MediaRange.Of("multipart/related; type=\"application/dicom+xml\"");

    [Fact]
    public void Nothing_said_accepts_everything()
    {
        var accepted = Parse();
        Assert.Equal("*/*", Assert.Single(accepted.Ranges).MediaType);
        Assert.True(accepted.AcceptsUtf8);
        Assert.Same(Json, accepted.Choose(Json, Xml));
    }

    [Fact]
    public void Several_headers_are_one_list_by_quality()
    {
        var accepted = Parse("application/json;q=0.5, image/png", "text/html;q=0.9,,", "application/xml; q=0");
        Assert.Equal(["image/png", "text/html", "application/json", "application/xml"], accepted.Ranges.Select(range => range.MediaType));
        Assert.Equal([1, 0.9, 0.5, 0], accepted.Ranges.Select(range => range.Quality));
    }

    [Fact]
    public void Quoted_parameters_keep_commas_semicolons_and_escaped_quotes()
    {
        var range = Assert.Single(Parse("multipart/related; TYPE=\"application/dicom\"; boundary=\"a,b;\\\"c\\\"\" ; q=0.3").Ranges);
        Assert.Equal("application/dicom", range.PartType);
        Assert.Equal("a,b;\"c\"", range.Parameters["boundary"]);
        Assert.Equal(0.3, range.Quality);
    }

    [Theory]
    [InlineData("multipart/related; type=\"application/dicom\"; transfer-syntax=*")]
    [InlineData("multipart/related; type=\"application/dicom\"; transfer-syntax=\"*\"")]
    [InlineData("multipart/related;type=application/dicom;transfer-syntax=*")]
    [InlineData("multipart/related; q=1; type=application/dicom ; transfer-syntax = *")]
    [InlineData("Multipart/Related; Type=\"Application/DICOM; transfer-syntax=*\"")]
    public void A_transfer_syntax_of_parts_is_read_as_clients_write_it(string header)
    {
        var range = Assert.Single(Parse(header).Ranges);
        Assert.True(range.IsMultipart);
        Assert.Equal("application/dicom", range.PartType);
        Assert.Equal("*", range.TransferSyntax);
        Assert.Equal(1, range.Quality);
    }

    [Theory]
    [InlineData("?accept=application/dicom%2Bjson")]
    [InlineData("?accept=application/dicom+json")]
    [InlineData("?x=1&Accept=application%2fdicom%2bjson")]
    [InlineData("?accept=image/png;q=0.1&accept=application/dicom%2Bjson")]
    [InlineData("?accept=image/png;+q=0.1,+application/dicom%2Bjson")]
    public void The_query_parameter_stands_for_the_header(string query)
    {
        var accepted = Parse(query, "image/gif");
        Assert.Equal("application/dicom+json", accepted.Ranges[0].MediaType);
        Assert.DoesNotContain(accepted.Ranges, range => range.Subtype == "gif");
    }

    [Fact]
    public void A_plus_sign_between_a_separator_and_a_parameter_is_a_space()
    {
        var range = Assert.Single(Parse("?accept=multipart/related%3B+type%3D%22application/dicom%22;+transfer-syntax=*", "").Ranges);
        Assert.Equal("application/dicom", range.PartType);
        Assert.Equal("*", range.TransferSyntax);
    }

    [Fact]
    public void The_range_that_says_most_decides_the_quality()
    {
        var accepted = Parse("*/*;q=0.1, application/*;q=0.4, application/dicom+json;q=0, multipart/related;q=0.5, multipart/related;type=\"application/dicom+xml\";q=0.8");
        Assert.Equal(0, accepted.QualityOf(Json));
        Assert.Equal(0.4, accepted.QualityOf(MediaRange.Of("application/zip")));
        Assert.Equal(0.8, accepted.QualityOf(Xml));
        Assert.Equal(0.5, accepted.QualityOf(MediaRange.Of("multipart/related; type=\"application/dicom\"")));
        Assert.Equal(0.1, accepted.QualityOf(MediaRange.Of("image/png")));
        Assert.Same(Xml, accepted.Choose(Json, Xml));
    }

    [Fact]
    public void Parts_of_another_type_are_not_included()
    {
        var accepted = Parse("multipart/related; type=\"image/*\"");
        Assert.Equal(1, accepted.QualityOf(MediaRange.Of("multipart/related; type=\"image/jpeg\"")));
        Assert.Equal(0, accepted.QualityOf(Xml));
    }

    [Fact]
    public void Of_equal_quality_the_first_that_the_client_names_is_chosen() =>
        Assert.Same(Xml, Parse("multipart/related; type=\"application/dicom+xml\", application/dicom+json").Choose(Json, Xml));

    [Fact]
    public void What_is_not_accepted_is_refused_with_what_there_is()
    {
        var refused = Assert.Throws<DicomwebException>(() => Parse("image/png").Choose(Json, Xml));
        Assert.Equal(406, refused.Status);
        Assert.Contains("application/dicom+json, multipart/related; type=\"application/dicom+xml\"", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lone_star_is_everything() => Assert.Same(Json, Parse("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2").Choose(Json));

    [Theory]
    [InlineData("", "", true)]
    [InlineData("utf-8", "", true)]
    [InlineData("iso-8859-1, UTF-8;q=0.1", "", true)]
    [InlineData("iso-8859-1, *;q=0.1", "", true)]
    [InlineData("iso-8859-1", "", false)]
    [InlineData("utf-8;q=0, *", "", false)]
    [InlineData("iso-8859-1", "?charset=utf-8", true)]
    [InlineData("utf-8", "?charset=gb18030", false)]
    public void Charsets_are_asked_by_header_or_parameter(string header, string query, bool accepted)
    {
        var request = new DefaultHttpContext().Request;
        request.QueryString = new QueryString(query);
        if (header.Length > 0)
            request.Headers.AcceptCharset = header;
        Assert.Equal(accepted, AcceptedMedia.Parse(request).AcceptsUtf8);
    }

    [Theory]
    [InlineData("application")]
    [InlineData("application/")]
    [InlineData("/dicom")]
    [InlineData("*/dicom")]
    [InlineData("a b/c")]
    [InlineData("text/html;q=2")]
    [InlineData("text/html;q=-1")]
    [InlineData("text/html;q=NaN")]
    [InlineData("text/html;q=")]
    [InlineData("text/html;level")]
    [InlineData("text/html;=1")]
    [InlineData("multipart/related;type=\"application/dicom")]
    [InlineData("multipart/related;type=\"application/dicom\\")]
    [InlineData("multipart/related;type=\"application/dicom\"x")]
    [InlineData("multipart/related;type=a\"b")]
    public void What_can_not_be_read_is_refused(string header) => Assert.Equal(400, Assert.Throws<DicomwebException>(() => Parse(header)).Status);

    [Fact]
    public void Lists_without_end_are_refused()
    {
        Assert.Equal(400, Assert.Throws<DicomwebException>(() => Parse(string.Join(',', Enumerable.Repeat("a/b", 101)))).Status);
        Assert.Equal(400, Assert.Throws<DicomwebException>(() => Parse("a/b;" + string.Join(';', Enumerable.Range(0, 17).Select(i => $"p{i}=1")))).Status);
        Assert.Equal(400, Assert.Throws<DicomwebException>(() => Parse(new string('a', 20_000))).Status);
    }

    private static AcceptedMedia Parse(params string[] headers)
    {
        var request = new DefaultHttpContext().Request;
        if (headers is [['?', ..] query, .. var rest])
            (request.QueryString, headers) = (new QueryString(query), rest);
        request.Headers.Accept = new StringValues(headers);
        return AcceptedMedia.Parse(request);
    }
}
