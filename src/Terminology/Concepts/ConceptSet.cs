// A set of concepts of one table, as a bitmap that counts along, so that a page at any place is found at once.

using System.Collections;
using System.Numerics;

namespace FhirHub.Terminology;

/// <summary>
/// Ordinals of a table, in their order. Immutable. One bit for each concept of the table, and a running count for every 512 of them:
/// 140 KB for a million concepts, <see cref="Contains"/> is one look, <see cref="At"/> a short search.
/// </summary>
public sealed class ConceptSet : IEnumerable<int>
{
    private const int WordsPerBlock = 8;

    private readonly ulong[] _words;
    private readonly int[] _before;

    private ConceptSet(ConceptTable table, ulong[] words)
    {
        Table = table;
        _words = words;
        _before = new int[(words.Length + WordsPerBlock - 1) / WordsPerBlock];
        var count = 0;
        for (var word = 0; word < words.Length; word++)
        {
            if (word % WordsPerBlock == 0)
                _before[word / WordsPerBlock] = count;
            count += BitOperations.PopCount(words[word]);
        }

        Count = count;
    }

    /// <summary>The table whose concepts they are.</summary>
    public ConceptTable Table { get; }

    /// <summary>Number of concepts.</summary>
    public int Count { get; }

    /// <summary>No concept.</summary>
    public static ConceptSet None(ConceptTable table) => new(Checked(table), new ulong[Words(table)]);

    /// <summary>All concepts of a table.</summary>
    public static ConceptSet All(ConceptTable table)
    {
        var words = new ulong[Words(Checked(table))];
        Array.Fill(words, ulong.MaxValue);
        if (table.Count % 64 != 0)
            words[^1] = (1UL << (table.Count % 64)) - 1;
        return new ConceptSet(table, words);
    }

    /// <summary>The concepts of these ordinals, in any order.</summary>
    public static ConceptSet Of(ConceptTable table, IEnumerable<int> ordinals)
    {
        ArgumentNullException.ThrowIfNull(ordinals);
        var words = new ulong[Words(Checked(table))];
        foreach (var ordinal in ordinals)
            words[ordinal >> 6] |= 1UL << (ordinal & 63);
        return new ConceptSet(table, words);
    }

    /// <summary>The concepts of these ordinals, in any order.</summary>
    public static ConceptSet Of(ConceptTable table, ReadOnlySpan<int> ordinals)
    {
        var words = new ulong[Words(Checked(table))];
        foreach (var ordinal in ordinals)
            words[ordinal >> 6] |= 1UL << (ordinal & 63);
        return new ConceptSet(table, words);
    }

    /// <summary>The concepts of a table for which something holds.</summary>
    public static ConceptSet Where(ConceptTable table, Func<int, bool> holds)
    {
        ArgumentNullException.ThrowIfNull(holds);
        var words = new ulong[Words(Checked(table))];
        for (var ordinal = 0; ordinal < table.Count; ordinal++)
        {
            if (holds(ordinal))
                words[ordinal >> 6] |= 1UL << (ordinal & 63);
        }

        return new ConceptSet(table, words);
    }

    /// <summary>A set of bits that nobody changes any more.</summary>
    internal static ConceptSet OfWords(ConceptTable table, ulong[] words) => new(table, words);

    /// <summary>True if the concept is in the set.</summary>
    public bool Contains(int ordinal) => (uint)ordinal < (uint)Table.Count && (_words[ordinal >> 6] & (1UL << (ordinal & 63))) != 0;

    /// <summary>The concepts of both.</summary>
    public ConceptSet And(ConceptSet other) => Combine(other, static (left, right) => left & right);

    /// <summary>The concepts of either.</summary>
    public ConceptSet Or(ConceptSet other) => Combine(other, static (left, right) => left | right);

    /// <summary>The concepts that the other lacks.</summary>
    public ConceptSet Except(ConceptSet other) => Combine(other, static (left, right) => left & ~right);

    /// <summary>The concepts of the set for which something holds.</summary>
    public ConceptSet Where(Func<int, bool> holds)
    {
        ArgumentNullException.ThrowIfNull(holds);
        var words = new ulong[_words.Length];
        foreach (var ordinal in this)
        {
            if (holds(ordinal))
                words[ordinal >> 6] |= 1UL << (ordinal & 63);
        }

        return new ConceptSet(Table, words);
    }

    /// <summary>The ordinal at a place of the order, from 0.</summary>
    public int At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        var (word, left) = WordOf(index);
        return (word << 6) + Select(_words[word], left);
    }

    /// <summary>Writes the ordinals from a place of the order on, and returns how many there were.</summary>
    public int CopyTo(int index, Span<int> ordinals)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        if (index >= Count || ordinals.IsEmpty)
            return 0;
        var (word, left) = WordOf(index);
        var bits = _words[word];
        for (; left > 0; left--)
            bits &= bits - 1;
        var written = 0;
        while (true)
        {
            for (; bits != 0 && written < ordinals.Length; bits &= bits - 1)
                ordinals[written++] = (word << 6) + BitOperations.TrailingZeroCount(bits);
            if (written == ordinals.Length || ++word == _words.Length)
                return written;
            bits = _words[word];
        }
    }

    /// <summary>How many ordinals of the set are below this one.</summary>
    public int IndexOf(int ordinal)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)ordinal, (uint)Table.Count, nameof(ordinal));
        var word = ordinal >> 6;
        var count = _before[word / WordsPerBlock];
        for (var i = word / WordsPerBlock * WordsPerBlock; i < word; i++)
            count += BitOperations.PopCount(_words[i]);
        return count + BitOperations.PopCount(_words[word] & ((1UL << (ordinal & 63)) - 1));
    }

    /// <summary>The ordinals, in their order.</summary>
    public Enumerator GetEnumerator() => new(_words);

    IEnumerator<int> IEnumerable<int>.GetEnumerator() => Enumerate();

    IEnumerator IEnumerable.GetEnumerator() => Enumerate();

    private static int Words(ConceptTable table) => (table.Count + 63) >> 6;

    private static ConceptTable Checked(ConceptTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return table;
    }

    private static int Select(ulong bits, int index)
    {
        for (; index > 0; index--)
            bits &= bits - 1;
        return BitOperations.TrailingZeroCount(bits);
    }

    // The last block that starts at or before the place, then word by word.
    private (int Word, int Left) WordOf(int index)
    {
        var block = Array.BinarySearch(_before, index);
        if (block < 0)
            block = ~block - 1;

        // Of blocks that start at one place, all but the last are empty.
        while (block + 1 < _before.Length && _before[block + 1] <= index)
            block++;
        var left = index - _before[block];
        var word = block * WordsPerBlock;
        for (var count = BitOperations.PopCount(_words[word]); left >= count; count = BitOperations.PopCount(_words[word]))
        {
            left -= count;
            word++;
        }

        return (word, left);
    }

    private ConceptSet Combine(ConceptSet other, Func<ulong, ulong, ulong> combine)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!ReferenceEquals(other.Table, Table))
            throw new ArgumentException("The sets are of different tables.", nameof(other));
        var words = new ulong[_words.Length];
        for (var i = 0; i < words.Length; i++)
            words[i] = combine(_words[i], other._words[i]);
        return new ConceptSet(Table, words);
    }

    private IEnumerator<int> Enumerate()
    {
        foreach (var ordinal in this)
            yield return ordinal;
    }

    /// <summary>Walks the ordinals without allocating.</summary>
    public struct Enumerator
    {
        private readonly ulong[] _words;
        private int _word;
        private ulong _bits;

        internal Enumerator(ulong[] words)
        {
            _words = words;
            _word = -1;
        }

        /// <summary>The ordinal at hand.</summary>
        public int Current { get; private set; }

        /// <summary>Goes to the next.</summary>
        public bool MoveNext()
        {
            while (_bits == 0)
            {
                if (++_word >= _words.Length)
                    return false;
                _bits = _words[_word];
            }

            Current = (_word << 6) + BitOperations.TrailingZeroCount(_bits);
            _bits &= _bits - 1;
            return true;
        }
    }
}
