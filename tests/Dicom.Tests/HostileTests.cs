// What strangers may send: too deep, too large, cut off, changed at random.

using System.Diagnostics;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Dicom.Tests;

public class HostileTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_with_sequences_20_000_deep_is_refused(bool isExplicit)
    {
        var deep = new TestFile(isExplicit).Text(0x00080005, "CS", "ISO_IR 100");
        for (var i = 0; i < 20_000; i++)
            deep.Header(0x00081140, "SQ", TestFile.Undefined).Item();
        foreach (var depth in new[] { 64, int.MaxValue })
        {
            var refusal = Assert.Throws<DicomException>(() => DicomFile.Read(deep.ToArray(), new DicomReadOptions { MaxDepth = depth }));
            Assert.Equal(DicomFault.LimitExceeded, refusal.Fault);
        }
    }

    [Fact]
    public void A_file_at_the_limit_of_depth_is_read_and_written_in_all_forms()
    {
        var deep = new TestFile();
        for (var i = 0; i < DicomReadOptions.GreatestDepth; i++)
            deep.Header(0x00081140, "SQ", TestFile.Undefined).Item();
        for (var i = 0; i < DicomReadOptions.GreatestDepth; i++)
            deep.EndItem().EndSequence();
        var options = new DicomReadOptions { MaxDepth = DicomReadOptions.GreatestDepth };
        var dataset = DicomFile.Read(deep.ToFile(), options).Dataset;
        var json = DicomJsonWriter.ToUtf8(dataset);
        Assert.Equal(json, DicomJsonWriter.ToUtf8(DicomJsonReader.Read(json, options)));
        Assert.Equal(json, DicomJsonWriter.ToUtf8(NativeXmlReader.Read(NativeXmlWriter.ToUtf8(dataset), options)));
    }

    [Fact]
    public void Numbers_of_values_in_XML_count_as_values()
    {
        var xml = new System.Text.StringBuilder("<NativeDicomModel>");
        for (var i = 0; i < 50; i++)
            xml.Append(System.Globalization.CultureInfo.InvariantCulture, $"<DicomAttribute tag=\"{0x00091000 + i:X8}\" vr=\"LO\"><Value number=\"50000\">x</Value></DicomAttribute>");
        var refusal = Assert.Throws<DicomException>(() => NativeXmlReader.Read(System.Text.Encoding.UTF8.GetBytes(xml.Append("</NativeDicomModel>").ToString())));
        Assert.Equal(DicomFault.LimitExceeded, refusal.Fault);
    }

    [Fact]
    public void More_elements_than_the_limit_are_refused()
    {
        var many = new TestFile();
        for (var i = 0; i < 2000; i++)
            many.Element(0x00091000 + (uint)i, "UN", []);
        var refusal = Assert.Throws<DicomException>(() => DicomFile.Read(many.ToFile(), new DicomReadOptions { MaxElements = 1000 }));
        Assert.Equal(DicomFault.LimitExceeded, refusal.Fault);
    }

    [Fact]
    public async Task More_values_than_memory_is_given_are_refused()
    {
        var many = new TestFile();
        for (var i = 0; i < 100; i++)
            many.Element(0x00091000 + (uint)i, "UN", new byte[10_000]);
        using var stream = new MemoryStream(many.ToFile());
        var refusal = await Assert.ThrowsAsync<DicomException>(() => DicomFile.ReadAsync(stream, new DicomReadOptions { MaxBytesInMemory = 500_000 }));
        Assert.Equal(DicomFault.LimitExceeded, refusal.Fault);
    }

    [Fact]
    public void A_file_that_is_cut_off_anywhere_is_refused_or_shorter()
    {
        var whole = Varied();
        for (var length = 0; length < whole.Length; length++)
            Try(whole.AsMemory(0, length));
    }

    [Fact]
    public async Task Changed_files_are_read_or_refused_within_bounds()
    {
        const int Mutations = 20_000;
        var sources = DicomMaterial.Files.Select(file => DicomMaterial.Read(file.Name)).Where(bytes => bytes.Length is > 0 and < 20_000).Append(Varied()).ToList();
        var seed = TestSeed.Take();
        var random = new Random(seed);
        var read = 0;
        var clock = Stopwatch.StartNew();
        var before = GC.GetTotalAllocatedBytes();
        for (var i = 0; i < Mutations; i++)
        {
            var bytes = Mutate(sources[random.Next(sources.Count)], random);
            var file = Try(bytes);
            if (i % 10 == 0)
                await CompareWithStreamAsync(bytes, file is not null, i % 20 == 0);
            if (file is null)
                continue;
            read++;
            await UseAsync(file, i);
        }

        var allocated = (GC.GetTotalAllocatedBytes() - before) / Mutations;
        output.WriteLine($"{Mutations} changed files (seed {seed}): {read} read, {Mutations - read} refused, {clock.Elapsed.TotalSeconds:N1} s, {allocated:N0} bytes allocated for each");
        Assert.InRange(allocated, 0, 4_000_000);
    }

    [Fact]
    public void Changed_JSON_and_XML_are_read_or_refused()
    {
        var random = new Random(TestSeed.Take());
        var dataset = DicomFile.Read(Varied()).Dataset;
        var options = new DicomModelOptions { BulkDataUri = (path, element) => element.Fragments is null ? null : path };
        var json = DicomJsonWriter.ToUtf8(dataset, options);
        var xml = NativeXmlWriter.ToUtf8(dataset, options);
        for (var i = 0; i < 5_000; i++)
        {
            Refused(() => DicomJsonReader.Read(Mutate(json, random)));
            Refused(() => NativeXmlReader.Read(Mutate(xml, random)));
        }
    }

    [Fact]
    public async Task The_header_of_a_file_of_2_GB_costs_no_more_than_a_small_one()
    {
        const long Size = 2_000_000_000;
        var path = Path.Combine(Path.GetTempPath(), $"fhirhub-dicom-{Guid.NewGuid():N}.dcm");
        try
        {
            await using var file = new CountingFile(path);
            try
            {
                await file.WriteAsync(new TestFile().Text(0x00100010, "PN", "A^B").Header(0x7FE00010, "OW", (uint)Size).ToFile());
                var end = file.Position + Size;
                file.SetLength(end);
                file.Position = end;
                await file.WriteAsync(new TestFile().Text(0xFFFCFFFC, "OB", "xy").ToArray());
            }
            catch (IOException refusal)
            {
                output.WriteLine($"The disk does not take a file of 2 GB: {refusal.Message}");
                return;
            }

            file.Position = 0;
            var read = await DicomFile.ReadAsync(file);
            output.WriteLine($"{file.BytesRead:N0} bytes read");
            Assert.InRange(file.BytesRead, 1, 100_000);
            Assert.Equal("A^B", read.Dataset.GetString(DicomTags.PatientName));
            Assert.Equal(Size, read.Dataset.Find(DicomTags.PixelData)!.Length);
            Assert.Equal("xy"u8, read.Dataset.Find(DicomTags.DataSetTrailingPadding)!.GetBytes().Span);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Fragments_of_a_large_file_are_passed_over_without_reading_them()
    {
        var pixels = new TestFile().Header(0x7FE00010, "OB", TestFile.Undefined).Fragment([]);
        var fragment = new byte[1_000_000];
        for (var i = 0; i < 20; i++)
            pixels.Fragment(fragment);
        var path = Path.Combine(Path.GetTempPath(), $"fhirhub-dicom-{Guid.NewGuid():N}.dcm");
        await using var file = new CountingFile(path);
        await file.WriteAsync(pixels.EndSequence().ToFile("1.2.840.10008.1.2.4.50"));
        file.Position = 0;
        var read = await DicomFile.ReadAsync(file);
        Assert.Equal(20, read.Dataset.Find(DicomTags.PixelData)!.Fragments!.All.Count);
        Assert.InRange(file.BytesRead, 1, 100_000);
    }

    private static DicomFile? Try(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return DicomFile.Read(bytes, new DicomReadOptions { MaxInflatedBytes = 4_000_000 });
        }
        catch (DicomException)
        {
            return null;
        }
    }

    // A stream is read with the same result as memory, whichever values stay in it. Only where nobody knows how long it is, its first
    // element may be taken for one of another encoding than the length would allow.
    private static async Task CompareWithStreamAsync(byte[] bytes, bool isRead, bool seeks)
    {
        await using Stream stream = seeks ? new MemoryStream(bytes) : new OneWayStream(bytes);
        var reading = DicomFile.ReadAsync(stream, new DicomReadOptions { MaxInflatedBytes = 4_000_000, MaxValueInMemory = 100 });
        var refusal = await Record.ExceptionAsync(() => reading);
        Assert.True(refusal is null or DicomException, refusal?.ToString());
        if (seeks)
            Assert.Equal(isRead, refusal is null);
    }

    private static void Refused(Action read)
    {
        try
        {
            read();
        }
        catch (DicomException)
        {
            // A reason is an answer; anything else fails the test.
        }
    }

    // Whatever was read can be checked, written, and modelled, or is refused with a reason.
    private static async Task UseAsync(DicomFile file, int number)
    {
        InstanceCheck.Run(file);
        try
        {
            switch (number % 4)
            {
                case 0:
                    DicomJsonWriter.ToUtf8(file.Dataset, new DicomModelOptions { BulkDataUri = (path, _) => path });
                    break;
                case 1:
                    NativeXmlWriter.ToUtf8(file.Dataset, new DicomModelOptions { BulkDataUri = (path, _) => path });
                    break;
                case 2:
                    await DicomWriter.ToArrayAsync(file);
                    break;
                default:
                    await DicomWriter.ToArrayAsync(file, DicomWriteOptions.AsRead);
                    if (file.Dataset.Find(DicomTags.PixelData)?.Fragments is not null)
                        FrameIndex.Of(file.Dataset);
                    break;
            }
        }
        catch (DicomException)
        {
            // As above.
        }
    }

    private static byte[] Mutate(byte[] source, Random random)
    {
        var bytes = source.ToArray();
        // Most of what matters is near the start, behind the preamble.
        var span = Math.Min(bytes.Length, 2500);
        for (var change = random.Next(1, 6); change > 0 && bytes.Length > 0; change--)
        {
            var at = random.Next(2) == 0 ? random.Next(span) : random.Next(bytes.Length);
            at = Math.Min(at, bytes.Length - 1);
            switch (random.Next(14))
            {
                case < 7:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case < 10:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 10:
                    bytes[at] = 0xFF;
                    break;
                case 11:
                    bytes = bytes[..at];
                    break;
                case 12:
                    bytes = [.. bytes.AsSpan(0, at), .. bytes.AsSpan(Math.Min(bytes.Length, at + random.Next(1, 9)))];
                    break;
                default:
                    var from = random.Next(bytes.Length);
                    bytes = [.. bytes.AsSpan(0, at), .. bytes.AsSpan(from, Math.Min(random.Next(1, 64), bytes.Length - from)), .. bytes.AsSpan(at)];
                    break;
            }
        }

        return bytes;
    }

    private static byte[] Varied() => new TestFile()
        .Text(0x00080005, "CS", "\\ISO 2022 IR 87")
        .Text(0x00080018, "UI", "1.2.3.4")
        .Header(0x00081140, "SQ", TestFile.Undefined).Item().Text(0x00081150, "UI", "1.2").EndItem().Item(0).EndSequence()
        .Text(0x00100010, "PN", "Yamada^Tarou=\u001B$B;3ED\u001B(B^\u001B$BB@O:\u001B(B")
        .Text(0x00181020, "LO", "1.0\\2.0")
        .Text(0x00201041, "DS", "-1.50\\+2")
        .US(0x00280010, 2)
        .US(0x00280011, 2)
        .Element(0x00280009, "AT", [0x18, 0, 0x63, 0x10])
        .Element(0x00189087, "FD", BitConverter.GetBytes(0.1))
        .Header(0x00091001, "UN", TestFile.Undefined).Item(0).EndSequence()
        .Element(0x00091002, "UN", [1, 2, 3, 4])
        .Header(0x7FE00010, "OB", TestFile.Undefined).Fragment([]).Fragment([0xFF, 0xD8, 0xFF, 0xE0]).EndSequence()
        .ToFile("1.2.840.10008.1.2.4.50");

    /// <summary>A file that goes when it is closed, and counts what is read of it.</summary>
    private sealed class CountingFile(string path) : FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose)
    {
        public long BytesRead { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await base.ReadAsync(buffer, cancellationToken);
            BytesRead += count;
            return count;
        }
    }
}
