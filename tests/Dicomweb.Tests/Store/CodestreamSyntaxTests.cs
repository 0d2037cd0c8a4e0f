// Transfer syntaxes of compressed pixels by their media type and how they begin.

using FhirHub.Dicom;
using FhirHub.Dicom.Tests;

namespace FhirHub.Dicomweb.Tests;

public class CodestreamSyntaxTests
{
    [Theory]
    [InlineData("image/jls", "1.2.840.10008.1.2.4.80")]
    [InlineData("image/jp2", "1.2.840.10008.1.2.4.91")]
    [InlineData("image/dicom-rle", "1.2.840.10008.1.2.5")]
    [InlineData("image/jpeg", "1.2.840.10008.1.2.4.50")]
    [InlineData("video/mp4", "1.2.840.10008.1.2.4.102")]
    [InlineData("image/png", null)]
    [InlineData("application/octet-stream", null)]
    public void A_media_type_alone_has_its_usual_syntax(string mediaType, string? uid) => Assert.Equal(uid, CodestreamSyntax.Find(mediaType, [])?.Uid);

    [Fact]
    public async Task The_codestreams_of_the_material_tell_their_syntax()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in DicomMaterial.Files.Select(file => file.Name).Where(name => !name.Contains("malformed", StringComparison.Ordinal)))
        {
            DicomFile file;
            try
            {
                file = DicomFile.Read(DicomMaterial.Read(name));
            }
            catch (DicomException)
            {
                continue;
            }

            var mediaType = file.TransferSyntax.Pixels switch
            {
                Dicom.PixelEncoding.Jpeg => "image/jpeg",
                Dicom.PixelEncoding.JpegLs => "image/jls",
                Dicom.PixelEncoding.Jpeg2000 => "image/jp2",
                Dicom.PixelEncoding.Htj2k => "image/jphc",
                _ => null,
            };
            if (mediaType is null || file.Dataset.Find(DicomTags.PixelData)?.Fragments is not { All.Count: > 0 } fragments)
                continue;
            var first = fragments.All[0];
            var bytes = await new BulkReference(fragments.Source, first.Offset, Math.Min(first.Length, CodestreamSyntax.HeadLength)).ReadAsync(DicomTags.PixelData, default);
            var found = CodestreamSyntax.Find(mediaType, bytes.Span)!.Uid;
            seen.Add($"{file.TransferSyntax.Uid} {found} {name}");
        }

        // Lossy syntaxes may hold reversible codestreams; a lossless one is never called lossy.
        Assert.DoesNotContain(seen, line => line.Split(' ') is [var named, var found, ..] && TransferSyntax.Find(found)!.IsLossy && !TransferSyntax.Find(named)!.IsLossy);
        Assert.All(seen.Select(line => line.Split(' ')), pair => Assert.Equal(TransferSyntax.Find(pair[0])!.Pixels, TransferSyntax.Find(pair[1])!.Pixels));
    }
}
