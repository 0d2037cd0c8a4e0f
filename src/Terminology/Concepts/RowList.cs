// Rows that are collected while a table is built: in pieces, since arrays that double would need three times their size.

namespace FhirHub.Terminology;

/// <summary>A list that grows without being copied.</summary>
internal sealed class RowList<T>
    where T : unmanaged
{
    private const int Shift = 16;
    private const int Piece = 1 << Shift;

    // The first piece is small: most code systems are.
    private const int Small = 64;

    private readonly List<T[]> _pieces = [];

    public int Count { get; private set; }

    public T this[int row]
    {
        get => _pieces[row >> Shift][row & (Piece - 1)];
        set => _pieces[row >> Shift][row & (Piece - 1)] = value;
    }

    public void Add(T row)
    {
        var (piece, at) = (Count >> Shift, Count & (Piece - 1));
        if (piece == _pieces.Count)
            _pieces.Add(new T[piece == 0 ? Small : Piece]);
        else if (at == _pieces[piece].Length)
            _pieces[piece] = Grown(_pieces[piece]);
        _pieces[piece][at] = row;
        Count++;
    }

    /// <summary>Lets go of all rows.</summary>
    public void Clear()
    {
        _pieces.Clear();
        Count = 0;
    }

    /// <summary>Writes the rows in their order.</summary>
    public void WriteTo(TableImageWriter writer)
    {
        for (var piece = 0; piece < _pieces.Count; piece++)
            writer.Write<T>(_pieces[piece].AsSpan(0, Math.Min(Piece, Count - (piece << Shift))));
    }

    private static T[] Grown(T[] piece)
    {
        Array.Resize(ref piece, Math.Min(Piece, piece.Length * 4));
        return piece;
    }
}
