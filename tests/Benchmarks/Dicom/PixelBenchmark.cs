// Decoding and rendering frames of DICOM files, against copying the same pixels.

using System.Buffers;
using System.Diagnostics;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;
using FhirHub.Dicom.Pixels.Native;

namespace FhirHub.Benchmarks.Dicom;

/// <summary>
/// Frames per second of the pixel codecs and of rendering, on one thread: of each transfer syntax the largest frame of a folder. Where a
/// library decodes, it does so in this process, in a worker, and in C# if that can be.
/// </summary>
public static class PixelBenchmark
{
    public static async Task<int> RunAsync(Options options)
    {
        if (options.Folder is not { } folder)
        {
            Console.WriteLine("Tell a folder of DICOM files with --folder.");
            return 2;
        }

        using var workers = new PixelWorkers(PixelWorkerOptions.For(typeof(PixelBenchmark).Assembly, "pixel-worker"));
        var (inProcess, inWorker) = (PixelCodecs.Create(), PixelCodecs.Create(workers));
        var chosen = new SortedDictionary<string, (string Name, FrameRenderer Renderer)>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            try
            {
                var file = DicomFile.Read(await File.ReadAllBytesAsync(path));
                var renderer = FrameRenderer.Of(file.Dataset, file.TransferSyntax);
                (await renderer.RenderAsync(0, inWorker, RenderOptions.Default)).Dispose();
                if (!chosen.TryGetValue(file.TransferSyntax.Uid, out var other) || other.Renderer.Frames.Description.FrameBytes < renderer.Frames.Description.FrameBytes)
                    chosen[file.TransferSyntax.Uid] = (Path.GetFileName(path), renderer);
            }
            catch (DicomException)
            {
                // Folders hold manifests, broken files, and syntaxes that nobody decodes.
            }
        }

        foreach (var (uid, (name, renderer)) in chosen)
        {
            var description = renderer.Frames.Description;
            Console.WriteLine($"{TransferSyntax.Find(uid)!.Name}: {name}, {description.Columns} x {description.Rows}, {description.SamplesPerPixel} of {description.BitsStored} bits");
            var (source, target) = (new byte[description.FrameBytes], new byte[description.FrameBytes]);
            var encoded = new ArrayBufferWriter<byte>();
            await MeasureAsync("copy", () => source.CopyTo(target, 0));
            var syntax = renderer.Frames.TransferSyntax;
            if (!syntax.IsEncapsulated || PixelCodecs.Managed.CanDecode(syntax))
                await MeasureAsync("decode in C#", () => Wait(renderer.Frames.DecodeAsync(0, PixelCodecs.Managed, target)));
            if (syntax.IsEncapsulated && !PixelCodecs.Managed.All.Contains(inWorker.Decoder(syntax)))
            {
                await MeasureAsync("library", () => Wait(renderer.Frames.DecodeAsync(0, inProcess, target)));
                await MeasureAsync("in a worker", () => Wait(renderer.Frames.DecodeAsync(0, inWorker, target)));
            }

            if (syntax.IsEncapsulated && inProcess.CanEncode(syntax) && inProcess.Encoder(syntax) is var encoder)
            {
                var decoded = await renderer.Frames.DecodeAsync(0, inProcess, source);
                await MeasureAsync("encode", () =>
                {
                    encoded.ResetWrittenCount();
                    Wait(encoder.EncodeAsync(source, decoded, syntax, PixelEncodeOptions.Default, encoded, CancellationToken.None));
                });
            }

            await MeasureAsync("render", () => Render(RenderOptions.Default).Dispose());
            await MeasureAsync("thumbnail", () => Render(RenderOptions.Default with { Width = 128, Height = 128 }).Dispose());
            await MeasureAsync("render to PNG", () => Encode(image => PngEncoder.Encode(image, encoded)));
            await MeasureAsync("render to JPEG", () => Encode(image => RenderedJpeg.Encode(image, PixelEncodeOptions.Default.Quality, encoded)));
            await MeasureAsync("JPEG in C#", () => Encode(image => JpegEncoder.Encode(image, PixelEncodeOptions.Default.Quality, encoded)));
            await MeasureAsync("render to GIF", () => Encode(image =>
            {
                var gif = new GifEncoder(encoded, image.Width, image.Height, image.Channels, isAnimated: false);
                gif.Add(image);
                gif.Finish();
            }));

            RenderedImage Render(RenderOptions how) => Wait(renderer.RenderAsync(0, inWorker, how));

            void Encode(Action<RenderedImage> encode)
            {
                encoded.ResetWrittenCount();
                using var image = Render(RenderOptions.Default);
                encode(image);
            }

            async Task MeasureAsync(string what, Action work)
            {
                work();
                var best = 0.0;
                for (var round = 0; round < options.Rounds; round++)
                {
                    var (clock, count) = (Stopwatch.StartNew(), 0L);
                    while (clock.Elapsed.TotalSeconds < options.Seconds / options.Rounds)
                    {
                        work();
                        count++;
                    }

                    best = Math.Max(best, count / clock.Elapsed.TotalSeconds);
                    await Task.Yield();
                }

                Console.WriteLine($"  {what,-14} {best,12:N0} frames/s {best * description.FrameBytes / 1e6,12:N0} MB/s");
            }
        }

        return chosen.Count > 0 ? 0 : 2;

        // There is no thread here that waiting could keep from something else.
        static T Wait<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();
    }
}
