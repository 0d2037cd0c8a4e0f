// Overlays: single bits over the image, in elements of their own or in bits of the samples that these don't use (PS3.3 C.9.2, PS3.5 8.1.2).

using System.Buffers.Binary;

namespace FhirHub.Dicom.Pixels;

/// <summary>A plane of a repeating group 60xx.</summary>
internal sealed class Overlay
{
    private const int FirstGroup = 0x6000;
    private const int LastGroup = 0x601E;

    private readonly int _rows;
    private readonly int _columns;
    private readonly int _top;
    private readonly int _left;
    private readonly int _bit;
    private readonly int _firstFrame;
    private readonly int _frames;
    private readonly ReadOnlyMemory<byte> _data;

    private Overlay(DicomDataset dataset, ushort group, DicomElement? data)
    {
        _rows = Number(dataset, group, 0x0010, 0);
        _columns = Number(dataset, group, 0x0011, 0);
        _bit = Number(dataset, group, 0x0102, 0);
        _frames = Number(dataset, group, 0x0015, 1);
        _firstFrame = Number(dataset, group, 0x0051, 1) - 1;
        if (dataset.Find(new(group, 0x0050)) is { IsEmpty: false } origin && origin.GetLittleEndianBytes().Span is { Length: >= 4 } place)
            (_top, _left) = (BinaryPrimitives.ReadInt16LittleEndian(place) - 1, BinaryPrimitives.ReadInt16LittleEndian(place[2..]) - 1);
        IsEmbedded = data is null;
        _data = data?.GetLittleEndianBytes() ?? default;
    }

    /// <summary>Whether its bits are in the samples of the image.</summary>
    public bool IsEmbedded { get; }

    /// <summary>The overlays of a data set that can be shown.</summary>
    public static IReadOnlyList<Overlay> Of(DicomDataset dataset)
    {
        var overlays = new List<Overlay>();
        for (var group = FirstGroup; group <= LastGroup; group += 2)
        {
            if (dataset.Find(new((ushort)group, 0x0010)) is null)
                continue;
            var data = dataset.Find(new((ushort)group, 0x3000));
            var overlay = new Overlay(dataset, (ushort)group, data is { IsEmpty: false } ? data : null);
            if (overlay is { _rows: > 0, _columns: > 0, _frames: > 0 })
                overlays.Add(overlay);
        }

        return overlays;
    }

    /// <summary>Draws it: sets each of the samples of the pixels it covers to the brightest.</summary>
    public void Draw(Span<byte> pixels, int samples, ReadOnlySpan<byte> frame, PixelDescription description, int number)
    {
        if (IsEmbedded)
        {
            if (description.BitsAllocated is 8 or 16 or 32 && description.SamplesPerPixel == 1 && _bit < description.BitsAllocated && IsOutsideSample(description))
                DrawEmbedded(pixels, samples, frame, description);
            return;
        }

        var plane = number - _firstFrame;
        if (plane < 0 || (plane >= _frames && _frames > 1))
            return;
        var first = (_frames > 1 ? plane : 0) * (long)_rows * _columns;
        var data = _data.Span;
        for (var y = Math.Max(0, -_top); y < _rows && y + _top < description.Rows; y++)
        {
            for (var x = Math.Max(0, -_left); x < _columns && x + _left < description.Columns; x++)
            {
                var bit = first + ((long)y * _columns) + x;
                if ((bit >> 3) >= data.Length)
                    return;
                if (((data[(int)(bit >> 3)] >> (int)(bit & 7)) & 1) != 0)
                    pixels.Slice((((y + _top) * description.Columns) + x + _left) * samples, samples).Fill(0xFF);
            }
        }
    }

    private bool IsOutsideSample(PixelDescription description) => _bit > description.HighBit || _bit < description.HighBit + 1 - description.BitsStored;

    private void DrawEmbedded(Span<byte> pixels, int samples, ReadOnlySpan<byte> frame, PixelDescription description)
    {
        int size = description.BytesPerSample, at = _bit / 8, mask = 1 << (_bit % 8);
        for (var i = 0; i < (int)description.Pixels; i++)
        {
            if ((frame[(i * size) + at] & mask) != 0)
                pixels.Slice(i * samples, samples).Fill(0xFF);
        }
    }

    private static int Number(DicomDataset dataset, ushort group, ushort element, int absent) =>
        dataset.GetInt64(new(group, element)) is >= 0 and <= int.MaxValue and var number ? (int)number : absent;
}
