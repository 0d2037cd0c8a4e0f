// Where in an XML source the parts of the JSON stood that the XML was turned into.

namespace FhirHub.Model;

/// <summary>Places in XML by offsets in the compact JSON that was written from it.</summary>
internal sealed class XmlPlaces
{
    // Ascending by offset.
    private readonly List<(long Offset, int Line, int Column)> _places = [];

    /// <summary>Says where the part of the JSON that begins at the offset, or after it, stood.</summary>
    public void Add(long offset, int line, int column) => _places.Add((offset, line, column));

    /// <summary>Line and column in the XML, from 1, of an offset in the JSON.</summary>
    public (int Line, int Column) Find(int offset)
    {
        var at = _places.BinarySearch((offset, int.MaxValue, int.MaxValue));
        var (_, line, column) = _places[Math.Max(0, at < 0 ? ~at - 1 : at)];
        return (line, column);
    }
}
