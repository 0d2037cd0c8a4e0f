// A run of equal rows of a concept table: in an array, or in a file that is mapped to memory.

using System.Runtime.InteropServices;

namespace FhirHub.Terminology;

/// <summary>Rows of one type, wherever they lie. A mapped file stays mapped while the process lives (<see cref="MappedFile"/>).</summary>
internal readonly unsafe struct Column<T>
    where T : unmanaged
{
    private readonly byte[]? _array;
    private readonly int _start;
    private readonly T* _mapped;

    /// <summary>Rows in an array, from a byte that is a multiple of eight.</summary>
    public Column(byte[] array, int start, int length)
    {
        _array = array;
        _start = start;
        Length = length;
    }

    /// <summary>Rows in a mapped file.</summary>
    public Column(byte* mapped, int length)
    {
        _mapped = (T*)mapped;
        Length = length;
    }

    /// <summary>Number of rows.</summary>
    public int Length { get; }

    /// <summary>The rows.</summary>
    public ReadOnlySpan<T> Span => _array is null
        ? new ReadOnlySpan<T>(_mapped, Length)
        : MemoryMarshal.Cast<byte, T>(_array.AsSpan(_start, Length * sizeof(T)));

    /// <summary>A row.</summary>
    public T this[int row] => Span[row];

    /// <summary>Some of the rows.</summary>
    public ReadOnlySpan<T> Slice(int start, int length) => Span.Slice(start, length);
}

/// <summary>Rows that belong to concepts: those of one follow each other.</summary>
internal readonly struct GroupedColumn<T>(Column<int> starts, Column<T> rows)
    where T : unmanaged
{
    /// <summary>All rows, by concept.</summary>
    public ReadOnlySpan<T> All => rows.Span;

    /// <summary>The rows of a concept; none if the table has no such rows.</summary>
    public ReadOnlySpan<T> this[int concept]
    {
        get
        {
            if (starts.Length == 0)
                return default;
            var bounds = starts.Slice(concept, 2);
            return rows.Slice(bounds[0], bounds[1] - bounds[0]);
        }
    }
}
