// Answers of DICOMweb as the JSON that scripts' paths are evaluated over.

using System.Text;
using FhirHub.Dicom;

namespace FhirHub.Conformance.Tests;

public class BodyJsonTests
{
    private const string Dataset =
        """
        {"00020010":{"vr":"UI","Value":["1.2.840.10008.1.2.5"]},"00080016":{"vr":"UI","Value":["1.2.840.10008.5.1.4.1.1.7"]},"00080018":{"vr":"UI","Value":["1.2.3"]},
         "00100010":{"vr":"PN","Value":[{"Alphabetic":"Wang^Xiaodong","Ideographic":"王^小东"}]},
         "00280002":{"vr":"US","Value":[1]},"00280004":{"vr":"CS","Value":["MONOCHROME2"]},"00280010":{"vr":"US","Value":[2]},"00280011":{"vr":"US","Value":[2]},
         "00280100":{"vr":"US","Value":[8]},"00280101":{"vr":"US","Value":[8]},"00280102":{"vr":"US","Value":[7]},"00280103":{"vr":"US","Value":[0]},
         "7FE00010":{"vr":"OB","InlineBinary":"AQIDBA=="}}
        """;

    [Fact]
    public async Task A_file_is_its_data_set_with_the_transfer_syntax()
    {
        var file = await FileAsync(Dataset.Replace("1.2.840.10008.1.2.5", "1.2.840.10008.1.2", StringComparison.Ordinal));

        Assert.Equal(["1.2.840.10008.1.2"], PathQuery.Evaluate("$.00020010.Value[0]", file));
        Assert.Equal(["王^小东"], PathQuery.Evaluate("$.00100010.Value[0].Ideographic", file));
        Assert.Equal(["AQIDBA=="], PathQuery.Evaluate("$.7FE00010.InlineBinary", file));
    }

    [Fact]
    public async Task Compressed_pixels_have_a_digest()
    {
        var file = await FileAsync(Dataset);

        Assert.Equal(["1.2.840.10008.1.2.5"], PathQuery.Evaluate("$.00020010.Value[0]", file));
        Assert.Matches("^sha256:[0-9a-f]{64}$", Assert.Single(PathQuery.Evaluate("$.7FE00010.BulkDataURI", file)));
        Assert.Equal("RLE", TransferSyntax.Find("1.2.840.10008.1.2.5")!.Pixels.ToString().ToUpperInvariant());
    }

    [Fact]
    public async Task Parts_are_counted_and_each_is_read_by_its_type()
    {
        var body = await Multipart.WriteAsync(
            [await FileAsync(Dataset), new Payload(new byte[] { 1, 2, 3 }, "application/octet-stream"), Text("""{"a":1}""", "application/json"), Text(Dataset, "application/dicom+json")],
            "application/dicom",
            default);

        Assert.StartsWith("multipart/related; boundary=", body.ContentType, StringComparison.Ordinal);
        Assert.EndsWith("; type=\"application/dicom\"", body.ContentType, StringComparison.Ordinal);
        Assert.Equal(["4"], PathQuery.Evaluate("$.count", body));
        Assert.Equal(["application/dicom", "application/octet-stream", "application/json", "application/dicom+json"], PathQuery.Evaluate("$.parts[*].contentType", body));
        Assert.Equal(["1.2.3", "1.2.3"], PathQuery.Evaluate("$.parts[*].dicom.00080018.Value[0]", body));
        Assert.Equal(["AQID"], PathQuery.Evaluate("$.parts[1].base64", body));
        Assert.Equal(["3"], PathQuery.Evaluate("$.parts[1].length", body));
        Assert.Equal(["039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"], PathQuery.Evaluate("$.parts[1].sha256", body));
        Assert.Equal(["1"], PathQuery.Evaluate("$.parts[2].json.a", body));
    }

    [Fact]
    public void A_part_tells_its_address()
    {
        var body = Text("--b\r\nContent-Type: application/octet-stream\r\nContent-Location: http://a/bulkdata/1\r\n\r\nab\r\n--b--\r\n", "multipart/related; type=\"application/octet-stream\"; boundary=b");

        Assert.Equal(["http://a/bulkdata/1"], PathQuery.Evaluate("$.parts[0].contentLocation", body));
    }

    [Fact]
    public void The_XML_model_is_read_as_the_JSON_model()
    {
        var body = Text("""<NativeDicomModel xml:space="preserve"><DicomAttribute tag="0020000D" vr="UI" keyword="StudyInstanceUID"><Value number="1">1.2.3</Value></DicomAttribute></NativeDicomModel>""", "application/dicom+xml");

        Assert.Equal(["1.2.3"], PathQuery.Evaluate("$.0020000D.Value[0]", body));
    }

    [Theory]
    [InlineData("iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAIAAAA2iEnWAAAAC0lEQVR4nGNgwAcAABIAAckLvpUAAAAASUVORK5CYII=", "image/png", "2", "3")]
    [InlineData("R0lGODlhBAADAIAAAAAAAP///yH5BAAAAAAALAAAAAAEAAMAAAIEhI+pUgA7", "image/gif", "4", "3")]
    [InlineData("/9j/4AAQSkZJRgABAQAAAQABAAD/wAALCAAFAAcBAREA", "image/jpeg", "7", "5")]
    public void A_rendered_image_tells_its_size(string base64, string type, string width, string height)
    {
        var body = new Payload(Convert.FromBase64String(base64), type);

        Assert.Equal([width], PathQuery.Evaluate("$.width", body));
        Assert.Equal([height], PathQuery.Evaluate("$.height", body));
        Assert.Equal([type], PathQuery.Evaluate("$.contentType", body));
    }

    [Theory]
    [InlineData("--b\r\n\r\nab", "multipart/related; boundary=b", "The body is multipart/related, and its parts can't be read: ")]
    [InlineData("--b--", "multipart/related", "The body is multipart/related, which names no boundary between its parts.")]
    [InlineData("nothing", "application/dicom", "The body or part is application/dicom, and can't be read as such: ")]
    [InlineData("<a/>", "application/dicom+xml", "The body or part is application/dicom+xml, and can't be read as such: ")]
    [InlineData("--b\r\nContent-Type: application/json\r\n\r\n{\r\n--b--", "multipart/related; boundary=b", "A part of application/json is no JSON: ")]
    public void What_is_broken_is_told(string text, string type, string message) =>
        Assert.StartsWith(message, Assert.Throws<StepException>(() => PathQuery.Evaluate("$.count", Text(text, type))).Message, StringComparison.Ordinal);

    private static Payload Text(string text, string type) => new(Encoding.UTF8.GetBytes(text), type);

    private static async Task<Payload> FileAsync(string json) => Assert.Single(await DicomSource.PartsAsync("ct", Text(json, "application/dicom+json"), default));
}
