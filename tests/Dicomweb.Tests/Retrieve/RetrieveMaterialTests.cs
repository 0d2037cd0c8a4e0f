// Every file beside the project, stored and asked for in all the ways there are.

using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;
using FhirHub.Dicom.Tests;
using FhirHub.Dicom.Tests.Pixels;
using FhirHub.Dicomweb.Tests.Archive;
using Xunit.Abstractions;

namespace FhirHub.Dicomweb.Tests;

public sealed class RetrieveMaterialTests(RetrieveMaterialTests.CodecsFixture fixture, ITestOutputHelper output) : IClassFixture<RetrieveMaterialTests.CodecsFixture>
{
    private const string OctetParts = "multipart/related; type=\"application/octet-stream\"";

    [Fact]
    public async Task Files_are_retrieved_byte_for_byte_with_their_frames_metadata_and_bulk_data()
    {
        var (files, frames, values) = (0, 0, 0);
        await ForEachAsync(async (_, bytes, file, instance) =>
        {
            var path = instance.Path.ToString();
            Assert.Equal(bytes, Assert.Single(await fixture.PartsAsync(path, "multipart/related; type=\"application/dicom\"; transfer-syntax=*")).Content);
            using var zipped = await fixture.SendAsync($"/studies/{instance.Path.Study}", "application/zip");
            using var zip = new ZipArchive(await zipped.Content.ReadAsStreamAsync());
            Assert.Equal(bytes.Length, Assert.Single(zip.Entries).Length);
            values += await AssertMetadataAsync(path, file);
            frames += await AssertFramesAsync(instance, file);
            files++;
        });
        output.WriteLine($"{files} files, {frames} frames, {values} values by URI");
    }

    [Fact]
    public async Task Pixels_transcoded_to_explicit_little_endian_have_the_agreed_checksums()
    {
        var agreed = Checksums();
        var (transcoded, checksums, refused) = (0, 0, new List<string>());
        await ForEachAsync(async (name, _, file, instance) =>
        {
            using var answer = await fixture.SendAsync(instance.Path.ToString(), "application/dicom");
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                Assert.True(answer.StatusCode is HttpStatusCode.NotAcceptable or HttpStatusCode.UnprocessableEntity, $"{name} answers {(int)answer.StatusCode}.");
                refused.Add($"{name}: {(int)answer.StatusCode}");
                return;
            }

            var received = DicomFile.Read(await answer.Content.ReadAsByteArrayAsync());
            Assert.Equal(TransferSyntax.ExplicitVRLittleEndian, received.TransferSyntax);
            transcoded++;
            if (instance.Frames == 0 || await DecodeAsync(file) is not { } expected)
                return;
            Assert.True(await DecodeAsync(received) is { } pixels && pixels.AsSpan().SequenceEqual(expected), $"{name} has other pixels.");
#pragma warning disable CA5351 // The table's checksums are MD5.
            if (agreed.TryGetValue(name, out var checksum) && Convert.ToHexStringLower(MD5.HashData(expected)) == checksum)
                checksums++;
#pragma warning restore CA5351
        });
        output.WriteLine($"{transcoded} files in explicit little endian, of which {checksums} have the checksum of two other decoders; {refused.Count} refused");
        foreach (var line in refused)
            output.WriteLine(line);
    }

    [DcmtkFact]
    public async Task Dcmtk_reads_what_was_transcoded()
    {
        var read = 0;
        await ForEachAsync(async (name, _, file, instance) =>
        {
            using var answer = await fixture.SendAsync(instance.Path.ToString(), "application/dicom");
            if (answer.StatusCode != HttpStatusCode.OK || file.TransferSyntax == TransferSyntax.ExplicitVRLittleEndian)
                return;
            var copy = Path.Combine(fixture.DataPath, "transcoded.dcm");
            await File.WriteAllBytesAsync(copy, await answer.Content.ReadAsByteArrayAsync());
            using var dump = Process.Start(new ProcessStartInfo("dcmdump", ["-q", "+P", "0002,0010", copy]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            var errors = dump.StandardError.ReadToEndAsync();
            var text = await dump.StandardOutput.ReadToEndAsync();
            await dump.WaitForExitAsync();
            Assert.True(dump.ExitCode == 0, $"{name}: {await errors}");
            Assert.Contains("LittleEndianExplicit", text, StringComparison.Ordinal);
            read++;
        });
        output.WriteLine($"dcmdump reads {read} transcoded files");
    }

    // One after the other, since files of several collections have the same UIDs.
    private async Task ForEachAsync(Func<string, byte[], DicomFile, StoredInstance, Task> check)
    {
        foreach (var material in DicomMaterial.Files)
        {
            var bytes = DicomMaterial.Read(material.Name);
            StoreResult stored;
            DicomFile file;
            try
            {
                file = DicomFile.Read(bytes);
                if (InstanceCheck.Run(file).Any(finding => finding.Severity == InstanceFindingSeverity.Error))
                    continue;
                stored = await TestInstance.StoreAsync(fixture.Archive, bytes);
            }
            catch (DicomException)
            {
                continue;
            }

            Assert.Equal(StoreOutcome.Created, stored.Outcome);
            try
            {
                await check(material.Name, bytes, file, stored.Instance!);
            }
            catch (Exception failure)
            {
                Assert.Fail($"{material.Name}: {failure}");
            }

            await fixture.Archive.DeleteAsync(ImageScope.Full, new(stored.Instance!.Path.Study), default);
        }
    }

    private async Task<int> AssertMetadataAsync(string path, DicomFile file)
    {
        var expected = Encoding.UTF8.GetString(DicomJsonWriter.ToUtf8(file.Dataset, new() { BulkDataUri = (element, _) => $"{fixture.Base}{path}/bulkdata/{element}" }));
        using var plain = await fixture.SendAsync(path + "/metadata");
        var json = await plain.Content.ReadAsStringAsync();
        Assert.Equal($"[{expected}]", json);
        using var compressed = await fixture.SendAsync(path + "/metadata", null, null, ("Accept-Encoding", "gzip"));
        using var inflated = new StreamReader(new GZipStream(await compressed.Content.ReadAsStreamAsync(), CompressionMode.Decompress));
        Assert.Equal(json, await inflated.ReadToEndAsync());
        var count = 0;
        using var metadata = JsonDocument.Parse(json, new() { MaxDepth = 1000 });
        foreach (var uri in UrisOf(metadata.RootElement).ToArray())
        {
            using var value = await fixture.SendAsync(uri[fixture.Base.Length..], "*/*");
            Assert.True(value.StatusCode is HttpStatusCode.OK or HttpStatusCode.UnprocessableEntity or HttpStatusCode.NotAcceptable, $"{uri} answers {(int)value.StatusCode}.");
            count += value.StatusCode == HttpStatusCode.OK ? 1 : 0;
        }

        return count;
    }

    private async Task<int> AssertFramesAsync(StoredInstance instance, DicomFile file)
    {
        if (instance.Frames == 0 || file.TransferSyntax.Pixels == PixelEncoding.Video)
            return 0;
        PixelFrames source;
        try
        {
            source = PixelFrames.Of(file);
        }
        catch (DicomException)
        {
            return 0;
        }

        var count = Math.Min(source.Count, 50);
        var list = string.Join(',', Enumerable.Range(1, count));
        var parts = await fixture.PartsAsync($"{instance.Path}/frames/{list}", OctetParts + "; transfer-syntax=*");
        Assert.Equal(count, parts.Count);
        for (var i = 0; i < count; i++)
        {
            var expected = await source.ReadAsync(i);
            Assert.True(parts[i].Content.AsSpan().SequenceEqual(expected.Span), $"Frame {i + 1} has other bytes.");
        }

        return count;
    }

    private static IEnumerable<string> UrisOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().SelectMany(UrisOf),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => member is { Name: "BulkDataURI", Value.ValueKind: JsonValueKind.String } ? [member.Value.GetString()!] : UrisOf(member.Value)),
        _ => [],
    };

    // All frames as native pixel data; null if they can't be decoded.
    private async Task<byte[]?> DecodeAsync(DicomFile file)
    {
        try
        {
            var frames = PixelFrames.Of(file);
            var frame = new byte[frames.Description.FrameBytes];
            using var all = new MemoryStream();
            for (var i = 0; i < frames.Count; i++)
            {
                await frames.DecodeAsync(i, fixture.Service.Codecs, frame);
                all.Write(frame);
            }

            return all.ToArray();
        }
        catch (DicomException)
        {
            return null;
        }
    }

    private static Dictionary<string, string> Checksums() => File.Exists(DicomMaterial.PathOf("pixels.tsv"))
        ? File.ReadLines(DicomMaterial.PathOf("pixels.tsv")).Skip(1).Select(line => line.Split('\t')).Where(row => row[9] == "agree").ToDictionary(row => row[0], row => row[3], StringComparer.Ordinal)
        : [];

    /// <summary>A service with the codecs that are installed.</summary>
    public sealed class CodecsFixture : DicomwebFixture
    {
        protected override PixelCodecs Codecs { get; } = PixelCodecs.Create();
    }
}
