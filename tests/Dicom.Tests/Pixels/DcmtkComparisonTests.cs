// Rendered frames against those of DCMTK's dcm2pnm: windows, tables, palettes, colours, overlays.

using System.Diagnostics;
using System.Globalization;
using System.Text;
using FhirHub.Dicom.Pixels;
using Xunit.Abstractions;

namespace FhirHub.Dicom.Tests.Pixels;

public class DcmtkComparisonTests(ITestOutputHelper output)
{
    // Both round, and not always the same way; colours go through whole numbers of other widths.
    private const int GrayTolerance = 1;
    private const int ColorTolerance = 3;

    // What DCMTK shows in another way, and why ours is kept.
    private static readonly Dictionary<string, string> Different = new(StringComparer.Ordinal)
    {
        ["cornerstone3D/CT0012.fragmented_no_bot_jpeg_baseline.51.dcm"] = "dcm2pnm does not look for windows in functional groups",
        ["fo-dicom/GH195.dcm"] = "the data set says RGB of what is YCbCr, as subsampled components show",
        ["ms-dicom-server/Resources__layer1.dcm"] = "the data set says RGB of what is YCbCr, as the stream's marker tells",
    };

    [DcmtkFact]
    public async Task Frames_are_those_of_dcm2pnm()
    {
        var wrong = new List<string>();
        int compared = 0, refused = 0;
        foreach (var material in DicomMaterial.Files.Where(file => !file.Name.Contains("malformed", StringComparison.Ordinal)))
        {
            RenderedImage ours;
            DicomDataset dataset;
            try
            {
                var file = DicomFile.Read(DicomMaterial.Read(material.Name));
                dataset = file.Dataset;
                ours = await FrameRenderer.Of(dataset, file.TransferSyntax).RenderAsync(0, PixelCodecs.Managed, RenderOptions.Default);
            }
            catch (DicomException)
            {
                continue;
            }

            if (Convert(DicomMaterial.PathOf(material.Name), Arguments(dataset), ours.Channels) is not { } theirs || theirs.Length != ours.Samples.Length)
            {
                refused++;
                continue;
            }

            compared++;
            var (greatest, sum) = (0, 0L);
            for (var i = 0; i < theirs.Length; i++)
            {
                var difference = Math.Abs(theirs[i] - ours.Samples.Span[i]);
                greatest = Math.Max(greatest, difference);
                sum += difference;
            }

            if (Different.TryGetValue(material.Name, out var reason))
                output.WriteLine($"{material.Name} differs: {reason}.");
            else if (greatest > (ours.Channels == 1 ? GrayTolerance : ColorTolerance))
                wrong.Add($"{material.Name}: up to {greatest}, mean {(double)sum / theirs.Length:F3}");
        }

        output.WriteLine($"{compared} compared, {refused} that dcm2pnm does not show.");
        foreach (var line in wrong)
            output.WriteLine(line);
        Assert.Empty(wrong);
    }

    // DCMTK takes windows and tables only where it is told to, and values as they are otherwise.
    private static string Arguments(DicomDataset dataset)
    {
        if (dataset.GetDouble(PixelTags.WindowCenter) is not null && dataset.GetDouble(PixelTags.WindowWidth) is >= 1)
            return "+Wi 1";
        if (dataset.GetItems(PixelTags.VoiLutSequence).Count > 0)
            return "+Wl 1";
        return dataset.GetInt64(DicomTags.BitsStored) == 8 && dataset.GetInt64(DicomTags.PixelRepresentation) != 1 ? "-W" : "+Wm";
    }

    private static byte[]? Convert(string path, string arguments, int channels)
    {
        foreach (var program in (string[])["dcm2pnm", "dcmj2pnm"])
        {
            var start = new ProcessStartInfo(DcmtkFactAttribute.Find(program)!) { UseShellExecute = false, RedirectStandardOutput = true };
            foreach (var argument in arguments.Split(' '))
                start.ArgumentList.Add(argument);
            start.ArgumentList.Add("-q");
            start.ArgumentList.Add(path);
            using var process = Process.Start(start)!;
            using var bytes = new MemoryStream();
            process.StandardOutput.BaseStream.CopyTo(bytes);
            process.WaitForExit();
            if (process.ExitCode == 0 && Samples(bytes.ToArray(), channels) is { } samples)
                return samples;
        }

        return null;
    }

    private static byte[]? Samples(byte[] pnm, int channels)
    {
        var (at, fields) = (0, new List<string>());
        while (fields.Count < 4 && at < pnm.Length)
        {
            if (pnm[at] == '#')
                at = Array.IndexOf(pnm, (byte)'\n', at) + 1;
            var end = at;
            while (end < pnm.Length && pnm[end] > ' ')
                end++;
            if (end > at)
                fields.Add(Encoding.ASCII.GetString(pnm, at, end - at));
            at = end + 1;
        }

        if (fields.Count < 4 || fields[3] != "255")
            return null;
        var samples = pnm[at..];
        var pixels = int.Parse(fields[1], CultureInfo.InvariantCulture) * int.Parse(fields[2], CultureInfo.InvariantCulture);
        var isColor = fields[0] == "P6";
        if (samples.Length != pixels * (isColor ? 3 : 1))
            return null;
        return (isColor, channels) switch
        {
            (true, 1) => [.. samples.Where((_, i) => i % 3 == 0)],
            (false, 3) => [.. samples.SelectMany(sample => new[] { sample, sample, sample })],
            _ => samples,
        };
    }
}
