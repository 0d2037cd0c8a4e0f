// Decoding in processes that crash, hang, babble and are killed.

using System.Buffers;
using System.Diagnostics;
using FhirHub.Dicom.Pixels;
using FhirHub.Dicom.Pixels.Native;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Dicom.Tests.Pixels;

public class PixelWorkerTests(ITestOutputHelper output)
{
    private static readonly TransferSyntax JpegLs = TransferSyntax.Find("1.2.840.10008.1.2.4.80")!;
    private static readonly PixelDescription Gray = new() { Rows = 40, Columns = 50, BitsAllocated = 16, BitsStored = 12, HighBit = 11 };

    [Fact]
    public async Task Files_decode_in_a_worker_to_the_same_checksums()
    {
        using var workers = new PixelWorkers(WorkerProgram.Options());
        var codecs = PixelCodecs.Create(workers);
        var wrong = new List<string>();
        var count = 0;
        foreach (var row in PixelMaterial.Rows.Where(row => row.Verdict is "agree" or "one" && row.Name != "pydicom-data/liver_j2k.dcm" && row.Name != "ms-dicom-server/FromJPEGProcess1__Input.dcm"))
        {
            var syntax = TransferSyntax.Find(row.Syntax)!;
            if (!syntax.IsEncapsulated || !codecs.CanDecode(syntax) || codecs.Decoder(syntax) is not WorkerCodec)
                continue;
            count++;
            if (await PixelMaterial.ChecksumAsync(row, codecs) != row.First)
                wrong.Add(row.Name);
        }

        output.WriteLine($"{count} files.");
        Assert.Empty(wrong);
    }

    [NativeFact]
    public async Task A_frame_that_a_library_refuses_says_why_and_the_worker_goes_on()
    {
        using var workers = new PixelWorkers(WorkerProgram.Options());
        var (frame, pixels) = await EncodedAsync();
        var broken = frame.ToArray();
        broken.AsSpan(60).Fill(0xFF);
        var fault = await Assert.ThrowsAsync<DicomException>(async () => await DecodeAsync(workers, broken));
        Assert.StartsWith("(7FE0,0010): CharLS can't decode a frame: ", fault.Message, StringComparison.Ordinal);
        Assert.Equal(pixels, await DecodeAsync(workers, frame));
    }

    // CharLS 2.4 never ends with such a stream, unless a marker is put behind it.
    [NativeFact]
    public async Task A_JPEG_LS_stream_that_is_cut_off_is_refused_and_not_waited_for()
    {
        using var workers = new PixelWorkers(WorkerProgram.Options());
        var (frame, _) = await EncodedAsync();
        foreach (var length in new[] { frame.Length - 2, frame.Length - 3, frame.Length / 2, 40 })
        {
            var fault = await Assert.ThrowsAsync<DicomException>(async () =>
            {
                await DecodeAsync(workers, frame[..length]);
                throw new DicomException(DicomFault.Malformed, "it was decoded");
            });
            Assert.DoesNotContain("stopped", fault.Message, StringComparison.Ordinal);
        }
    }

    [NativeFact]
    public async Task A_worker_that_is_killed_between_frames_is_replaced()
    {
        using var workers = new PixelWorkers(WorkerProgram.Options());
        var (frame, pixels) = await EncodedAsync();
        Assert.Equal(pixels, await DecodeAsync(workers, frame));
        using var process = Assert.Single(Processes("decode"));
        process.Kill();
        await process.WaitForExitAsync();
        Assert.Equal(pixels, await DecodeAsync(workers, frame));
    }

    [Theory]
    [InlineData("exit", DicomFault.Malformed, "ended the process")]
    [InlineData("babble", DicomFault.Malformed, "ended the process")]
    [InlineData("short", DicomFault.Malformed, "ended the process")]
    [InlineData("greedy", DicomFault.Malformed, "ended the process")]
    [InlineData("mute", DicomFault.Unsupported, "can't be started")]
    public async Task A_worker_that_goes_wrong_fails_its_frame_only(string verb, DicomFault kind, string words)
    {
        if (verb == "greedy" && !OperatingSystem.IsLinux())
            return;
        using var workers = new PixelWorkers(WorkerProgram.Options(verb));
        for (var i = 0; i < 2; i++)
        {
            var fault = await Assert.ThrowsAsync<DicomException>(async () => await DecodeAsync(workers, new byte[10]));
            Assert.Equal(kind, fault.Fault);
            Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        }

        await NoneLeftAsync(verb);
    }

    [Fact]
    public async Task Workers_that_end_leave_no_pipes()
    {
        if (!OperatingSystem.IsLinux())
            return;
        const int Deaths = 30;
        using var workers = new PixelWorkers(WorkerProgram.Options("exit"));
        var before = Pipes();
        for (var i = 0; i < Deaths; i++)
            await Assert.ThrowsAsync<DicomException>(async () => await DecodeAsync(workers, new byte[10]));
        await NoneLeftAsync("exit");

        // Tests beside this one have pipes too, but not that many.
        Assert.InRange(Pipes(), 0, before + Deaths);

        static int Pipes() => new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Count(static file => file.LinkTarget?.StartsWith("pipe:", StringComparison.Ordinal) is true);
    }

    [Fact]
    public async Task A_worker_that_hangs_is_stopped_when_its_time_is_over()
    {
        using var workers = new PixelWorkers(WorkerProgram.Options("hang") with { FrameTimeout = TimeSpan.FromMilliseconds(200) });
        var fault = await Assert.ThrowsAsync<DicomException>(async () => await DecodeAsync(workers, new byte[10]));
        Assert.Equal(DicomFault.LimitExceeded, fault.Fault);
        Assert.Contains("was stopped", fault.Message, StringComparison.Ordinal);
        await NoneLeftAsync("hang");
    }

    [Fact]
    public async Task A_client_that_leaves_does_not_wait_for_a_worker_that_hangs()
    {
        using var workers = new PixelWorkers(WorkerProgram.Options("hang"));
        using var client = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await DecodeAsync(workers, new byte[10], client.Token));
        await NoneLeftAsync("hang");
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_told()
    {
        using var workers = new PixelWorkers(new() { FileName = Path.Combine(AppContext.BaseDirectory, "no-such-program") });
        var fault = await Assert.ThrowsAsync<DicomException>(async () => await DecodeAsync(workers, new byte[10]));
        Assert.Contains("can't be started", fault.Message, StringComparison.Ordinal);
    }

    [NativeFact]
    public async Task Workers_end_when_they_have_nothing_to_do_and_with_their_pool()
    {
        var (frame, pixels) = await EncodedAsync();
        using (var workers = new PixelWorkers(WorkerProgram.Options() with { IdleTimeout = TimeSpan.FromMilliseconds(50) }))
        {
            Assert.Equal(pixels, await DecodeAsync(workers, frame));
            await NoneLeftAsync("decode");
            Assert.Equal(pixels, await DecodeAsync(workers, frame));
        }

        using (var workers = new PixelWorkers(WorkerProgram.Options()))
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ => Assert.Equal(pixels, await DecodeAsync(workers, frame))));
            Assert.InRange(Processes("decode").Count, 1, 2);
        }

        await NoneLeftAsync("decode");
    }

    [NativeTheory]
    [InlineData("80")]
    [InlineData("90")]
    [InlineData("50")]
    [InlineData("201")]
    public async Task After_thousands_of_wrong_frames_right_ones_are_decoded(string end)
    {
        var syntax = TransferSyntax.Find($"1.2.840.10008.1.2.4.{end}")!;
        var random = new Random(TestSeed.Take());
        var (frame, description) = end == "201" ? await HighThroughputAsync() : await SmallAsync(syntax);
        if (frame.Length == 0)
        {
            output.WriteLine("The file is not there.");
            return;
        }

        using var workers = new PixelWorkers(WorkerProgram.Options() with { FrameTimeout = TimeSpan.FromSeconds(10) });
        var codec = PixelCodecs.Create(workers).Decoder(syntax);
        var expected = new byte[description.FrameBytes];
        await codec.DecodeAsync(frame, syntax, description, expected, default);
        int refused = 0, ended = 0;
        for (var i = 0; i < 1500; i++)
        {
            try
            {
                await codec.DecodeAsync(PixelHostileTests.Mutate(frame, random), syntax, description, new byte[description.FrameBytes], default);
            }
            catch (DicomException fault)
            {
                refused++;
                ended += fault.Message.Contains("ended the process", StringComparison.Ordinal) ? 1 : 0;
            }

            if (i % 500 == 499)
            {
                var pixels = new byte[description.FrameBytes];
                await codec.DecodeAsync(frame, syntax, description, pixels, default);
                Assert.Equal(expected, pixels);
            }
        }

        output.WriteLine($"{refused} refused, {ended} ended their process.");
    }

    private static async Task<byte[]> DecodeAsync(PixelWorkers workers, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken = default)
    {
        var pixels = new byte[Gray.FrameBytes];
        await workers.DecodeAsync(frame, JpegLs, Gray, pixels, cancellationToken);
        return pixels;
    }

    private static async Task<(ReadOnlyMemory<byte> Frame, byte[] Pixels)> EncodedAsync()
    {
        var pixels = NativeCodecTests.Picture(Gray, new Random(TestSeed.Take()));
        var encoded = new ArrayBufferWriter<byte>();
        await PixelCodecs.Create().Encoder(JpegLs).EncodeAsync(pixels, Gray, JpegLs, PixelEncodeOptions.Default, encoded, default);
        return (encoded.WrittenMemory, pixels);
    }

    private static async Task<(ReadOnlyMemory<byte> Frame, PixelDescription Description)> SmallAsync(TransferSyntax syntax)
    {
        var description = syntax.IsLossy ? Gray with { BitsAllocated = 8, BitsStored = 8, HighBit = 7 } : Gray;
        var encoded = new ArrayBufferWriter<byte>();
        var pixels = NativeCodecTests.Picture(description, new Random(1), isSmooth: syntax.IsLossy);
        var told = await PixelCodecs.Create().Encoder(syntax).EncodeAsync(pixels, description, syntax, PixelEncodeOptions.Default, encoded, default);
        return (encoded.WrittenMemory, told);
    }

    private static async Task<(ReadOnlyMemory<byte> Frame, PixelDescription Description)> HighThroughputAsync()
    {
        const string name = "synthetic/htj2k_lossless_16.dcm";
        if (!File.Exists(DicomMaterial.PathOf(name)))
            return (default, Gray);
        var frames = PixelFrames.Of(DicomFile.Read(DicomMaterial.Read(name)));
        return (await frames.ReadAsync(0), frames.Description);
    }

    private static async Task NoneLeftAsync(string verb)
    {
        for (var i = 0; i < 600 && Processes(verb).Count > 0; i++)
            await Task.Delay(50);
        Assert.Empty(Processes(verb));
    }

    // Processes that this one has started with a verb and that have not ended.
    private static List<Process> Processes(string verb)
    {
        var found = new List<Process>();
        if (!OperatingSystem.IsLinux())
            return found;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (int.TryParse(Path.GetFileName(folder), out var id)
                    && File.ReadAllText(Path.Combine(folder, "cmdline")).TrimEnd('\0').Split('\0') is [.., var assembly, var last]
                    && last == verb
                    && assembly == typeof(WorkerProgram).Assembly.Location
                    && File.ReadAllText(Path.Combine(folder, "stat")).Split(") ")[^1].Split(' ') is [not "Z", var parent, ..]
                    && parent == Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture))
                {
                    found.Add(Process.GetProcessById(id));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                // It has ended while it was looked at.
            }
        }

        return found;
    }
}
