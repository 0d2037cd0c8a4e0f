// Stores, replaces and deletes with 16 writers until it is killed. Each line tells what is begun, or what was acknowledged; the kill test starts
// it and later looks for what the lines claim. Arguments: the folder of the archive, the number of the round.
//
//   begin|done store STUDY SERIES INSTANCE SHA256 .
//   begin|done delete STUDY SERIES INSTANCE|* .

using System.Security.Cryptography;
using FhirHub.Dicom;
using FhirHub.Dicomweb;
using FhirHub.Dicomweb.Tests.Archive;

const int Writers = 16;
const int Piece = 300_000;

var round = args[1];
var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
var archive = ImageArchive.Open(new DicomwebOptions { Path = args[0] }, TimeProvider.System);
await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer))));

async Task WriteAsync(int writer)
{
    // Four writers share a study, each with a series of its own.
    var study = $"1.9.{round}.{writer / 4}";
    var series = $"{study}.{writer}";
    for (var i = 0; ; i++)
    {
        var instance = new TestInstance(study, series, $"{series}.{i}") { Number = i, Fill = (byte)(writer + i) };
        switch (i % 8)
        {
            case 3:
                await StoreAsync(instance with { FrameBytes = 40_000, Frames = 100 });
                break;
            case 5:
                await StoreAsync(instance with { Instance = $"{series}.{i - 1}", Fill = (byte)i, FrameBytes = 100 });
                break;
            case 6:
                await DeleteAsync(new(study, series, $"{series}.{i - 4}"));
                break;
            case 7 when i % 64 == 63:
                await DeleteAsync(new(study, series));
                break;
            default:
                await StoreAsync(instance with { FrameBytes = 4_000 + (2 * i) });
                break;
        }
    }
}

async Task StoreAsync(TestInstance instance)
{
    var bytes = instance.ToBytes();
    var line = $"store {instance.Study} {instance.Series} {instance.Instance} {Convert.ToHexString(SHA256.HashData(bytes))} .";
    await output.WriteLineAsync($"begin {line}");
    await using var upload = archive.BeginUpload();
    for (var at = 0; at < bytes.Length; at += Piece)
        await upload.AppendAsync(bytes.AsMemory(at, Math.Min(Piece, bytes.Length - at)), CancellationToken.None);
    var result = await archive.StoreAsync(ImageScope.Full, upload, DicomFile.Read(bytes), DuplicatePolicy.Replace, CancellationToken.None);
    if (result.Instance is null)
        throw new InvalidOperationException($"{instance.Instance} was answered {result.Outcome}.");
    await output.WriteLineAsync($"done {line}");
}

async Task DeleteAsync(ImagePath path)
{
    var line = $"delete {path.Study} {path.Series} {path.Instance ?? "*"} .";
    await output.WriteLineAsync($"begin {line}");
    await archive.DeleteAsync(ImageScope.Full, path, CancellationToken.None);
    await output.WriteLineAsync($"done {line}");
}
