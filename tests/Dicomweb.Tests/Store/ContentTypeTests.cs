// Media types of bodies as clients write them.

namespace FhirHub.Dicomweb.Tests;

public class ContentTypeTests
{
    [Theory]
    [InlineData("multipart/related; type=\"application/dicom\"; boundary=abc", "application/dicom", "abc")]
    [InlineData("multipart/related; type=application/dicom; boundary=\"a b:c\"", "application/dicom", "a b:c")]
    [InlineData("Multipart/Related;TYPE=Application/DICOM;Boundary=a,b=c/d", "application/dicom", "a,b=c/d")]
    [InlineData("multipart/related; boundary=--=_x'()+_,-./:=?", null, "--=_x'()+_,-./:=?")]
    [InlineData("multipart/related; boundary=\"a\\\"b\"; ;", null, "a\"b")]
    public void A_multipart_type_has_the_type_of_its_parts_and_a_boundary(string text, string? partType, string boundary)
    {
        var type = ContentType.Parse(text);
        Assert.NotNull(type);
        Assert.Equal("multipart/related", type.MediaType);
        Assert.Equal(partType, type.PartType);
        Assert.Equal(boundary, type.Parameters["boundary"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("multipart")]
    [InlineData("*/*")]
    [InlineData("multipart/related; boundary")]
    [InlineData("multipart/related; boundary=\"a")]
    [InlineData("multipart/related; boundary=\"a\"b")]
    [InlineData("multipart/related; boundary=a; boundary=b")]
    public void What_is_no_media_type_is_none(string? text) => Assert.Null(ContentType.Parse(text));
}
