// What a large instance costs: the bytes go through, and are not kept.

using System.Net;
using FhirHub.Dicom;
using FhirHub.Dicom.Tests;

namespace FhirHub.Dicomweb.Tests;

[CollectionDefinition(nameof(StoreMemoryTests), DisableParallelization = true)]
[Collection(nameof(StoreMemoryTests))]
public class StoreMemoryTests(DicomwebFixture service) : IClassFixture<DicomwebFixture>
{
    private const int Megabytes = 300;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_large_instance_is_stored_in_little_memory(bool isMultipart)
    {
        var instance = SentInstance.New();
        using var content = new LargeInstance(instance, Megabytes, isMultipart);
        GC.Collect();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var reply = await service.Client.StoreAsync(content);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.Equal([instance.Instance], reply.Stored);
        var stored = Assert.Single(await service.Archive.FindAsync(ImageScope.Full, instance.Path, default));
        Assert.Equal(content.InstanceLength, stored.Place.Length);

        // All that client and server have allocated, whether or not it was collected meanwhile, is less than could ever be in memory of the instance.
        Assert.InRange(allocated, 0, 60 * 1024 * 1024);
    }

    /// <summary>An image of that many rows of a million bytes, made while it is sent.</summary>
    private sealed class LargeInstance : HttpContent
    {
        private static readonly byte[] Row = [.. Enumerable.Range(0, 1024 * 1024).Select(number => (byte)(number * 31))];
        private readonly byte[] _head;
        private readonly byte[] _start;
        private readonly byte[] _end;
        private readonly int _rows;

        public LargeInstance(SentInstance instance, int rows, bool isMultipart)
        {
            _rows = rows;
            (_start, _end) = isMultipart ? ("--x\r\nContent-Type: application/dicom\r\n\r\n"u8.ToArray(), "\r\n--x--\r\n"u8.ToArray()) : ([], []);
            var small = instance.ToFile();

            // Frames of a megabyte in place of the sixteen pixels.
            var pixels = (int)DicomFile.Read(small).Dataset.Find(DicomTags.SamplesPerPixel)!.Offset - 8;
            _head =
            [
                .. small[..pixels],
                .. new TestFile()
                    .US(0x00280002, 1).Text(0x00280004, "CS", "MONOCHROME2").Text(0x00280008, "IS", $"{rows}")
                    .US(0x00280010, 1024).US(0x00280011, 1024).US(0x00280100, 8).US(0x00280101, 8).US(0x00280102, 7).US(0x00280103, 0)
                    .Header(0x7FE00010, "OW", (uint)rows * (uint)Row.Length).ToArray(),
            ];
            Headers.TryAddWithoutValidation("Content-Type", isMultipart ? "multipart/related; type=\"application/dicom\"; boundary=x" : "application/dicom");
        }

        public long InstanceLength => _head.Length + ((long)_rows * Row.Length);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_start);
            await stream.WriteAsync(_head);
            for (var row = 0; row < _rows; row++)
                await stream.WriteAsync(Row);
            await stream.WriteAsync(_end);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _start.Length + InstanceLength + _end.Length;
            return true;
        }
    }
}
