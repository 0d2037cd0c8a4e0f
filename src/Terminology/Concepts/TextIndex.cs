// Finds concepts by words, the best first.

using System.Buffers;
using System.Numerics;
using System.Text;
using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Terminology;

/// <summary>
/// Concepts by the words of their displays, designations and codes. First those of which a text or the code is what was asked for,
/// then those with a text that begins so, with all of the words, with words that begin so (in any order: <c>eye ibup</c>), with
/// Chinese texts that are read so (pinyin, or its initials); and if there are none of all these, those with one letter mistaken, left out,
/// put in or exchanged with the next in each word. Among equals the shorter display is first. Chinese is found by any of its words.
/// </summary>
public sealed class TextIndex
{
    // Words of all concepts together; beyond that a code system that came as a resource is not searched by words.
    private const long MaxRows = 40_000_000;

    private const int MaxFilterLength = 1_000;
    private const int MaxWords = 32;

    // A mistaken letter in a short word makes it any other short word.
    private const int ShortestMistaken = 4;

    // Lists of results that are kept, in concepts.
    private const long KeptConcepts = 2_000_000;

    private const int LengthClasses = 256;

    private readonly ConceptTable _table;
    private readonly TermList _words;
    private readonly TermList _readings;
    private readonly Column<PhraseRow> _phrases;
    private readonly BoundedCache<TextMatches> _kept = new(KeptConcepts);

    private TextIndex(ConceptTable table, TableImage image)
    {
        _table = table;
        _words = List(image, TableSection.WordBytes);
        _readings = List(image, TableSection.ReadingBytes);
        _phrases = image.Section<PhraseRow>(TableSection.Phrases);
    }

    // How well a concept fits; the numbers are the order.
    private enum Fit
    {
        Exact,
        Beginning,
        Words,
        WordBeginnings,
        Readings,
        Count,
    }

    /// <summary>
    /// The concepts that fit a filter, the best first; all in their order if the filter has nothing to look for but is empty.
    /// The list must not be changed.
    /// </summary>
    /// <param name="filter">Words, or beginnings of words.</param>
    /// <param name="within">Where to look; the whole table if null.</param>
    /// <exception cref="TerminologyException">The filter is too long.</exception>
    public IReadOnlyList<int> Search(string filter, ConceptSet? within = null)
    {
        ArgumentNullException.ThrowIfNull(filter);
        if (string.IsNullOrWhiteSpace(filter))
            return [.. within ?? _table.All];
        var found = Matches(filter).Concepts;
        if (within is null || within.Count == _table.Count)
            return found;
        return Array.FindAll(found, within.Contains);
    }

    /// <summary>The concepts that fit a filter which is not empty, with how well they fit, for those who put several lists into one.</summary>
    /// <exception cref="TerminologyException">The filter is too long.</exception>
    internal TextMatches Matches(string filter)
    {
        if (filter.Length > MaxFilterLength)
            throw new TerminologyException("too-long", $"The filter has more than {MaxFilterLength:N0} characters; ask for fewer words.");
        if (!_kept.TryGet(filter, out var found))
        {
            found = Find(filter);
            _kept.Set(filter, found, found.Concepts.Length + 16);
        }

        return found;
    }

    internal static TextIndex Of(ConceptTable table)
    {
        if (table.Image.Section<int>(TableSection.WordStarts).Length > 0)
            return new TextIndex(table, table.Image);
        using var memory = new MemoryStream();
        var writer = new TableImageWriter(memory);
        TextIndexBuilder.Of(table, MaxRows).WriteTo(writer);
        writer.WriteFacts(new TableFacts());
        writer.Finish();
        return new TextIndex(table, new TableImage(memory.ToArray()));
    }

    private static TermList List(TableImage image, TableSection first) =>
        new(image.Section<byte>(first), image.Section<int>(first + 1), image.Grouped<int>(first + 2, first + 3));

    private TextMatches Find(string filter)
    {
        var words = TextSegmentation.Phrase(new TextTerm(filter), out _).Select(Encoding.UTF8.GetBytes).ToList();
        if (words.Count > MaxWords)
            throw new TerminologyException("too-long", $"The filter has more than {MaxWords} words; ask for fewer.");
        var code = _table.Find(filter.AsSpan().Trim());
        if (words.Count == 0)
            return new TextMatches(code >= 0 ? [code] : [], [code >= 0 ? 1 : 0], IsGuess: false);

        using var fits = new Bitmaps(_table.Count, (int)Fit.Count);
        using var scratch = new Bitmaps(_table.Count, 1);
        All(words, scratch[0], fits[(int)Fit.Words], static (index, word, bits) => Mark(index._words, index._words.Whole(word, 0, index._words.Count), bits));
        All(words, scratch[0], fits[(int)Fit.WordBeginnings], static (index, word, bits) => index.MarkBeginnings(word, bits));
        if (_readings.Count > 0 && words.Exists(static word => char.IsAsciiLetter((char)word[0])))
        {
            All(words, scratch[0], fits[(int)Fit.Readings], static (index, word, bits) =>
            {
                index.MarkBeginnings(word, bits);
                Mark(index._readings, index._readings.Prefix(word), bits);
            });
        }
        else
        {
            fits[(int)Fit.WordBeginnings].CopyTo(fits[(int)Fit.Readings]);
        }

        MarkPhrases(filter, fits);
        if (code >= 0)
            Set(fits[(int)Fit.Exact], code);
        var found = fits[(int)Fit.Readings];
        Union(fits[(int)Fit.Exact], found);
        Union(fits[(int)Fit.Beginning], found);
        var isGuess = !found.ContainsAnyExcept(0UL);
        if (isGuess)
            All(words, scratch[0], found, static (index, word, bits) => index.MarkMistaken(word, bits));
        return Ordered(fits, isGuess);
    }

    private void MarkBeginnings(byte[] word, Span<ulong> bits) => Mark(_words, _words.Prefix(word), bits);

    // Each concept that has all words, whatever a word is.
    private void All(List<byte[]> words, Span<ulong> scratch, Span<ulong> result, MarkWord mark)
    {
        mark(this, words[0], result);
        for (var i = 1; i < words.Count; i++)
        {
            scratch.Clear();
            mark(this, words[i], scratch);
            for (var word = 0; word < result.Length; word++)
                result[word] &= scratch[word];
        }
    }

    // Texts that are or begin with the filter lie together in the order of texts.
    private void MarkPhrases(string filter, Bitmaps fits)
    {
        byte[] buffer = [];
        var wanted = FoldedText.Of(Encoding.UTF8.GetBytes(filter), ref buffer).ToArray();
        if (wanted.Length == 0)
            return;
        byte[] other = [];
        var (low, high) = (0, _phrases.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Folded(middle, ref other).SequenceCompareTo(wanted) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        var start = low;
        high = _phrases.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Folded(middle, ref other).StartsWith(wanted))
                low = middle + 1;
            else
                high = middle;
        }

        var end = low;
        foreach (var row in _phrases.Slice(start, end - start))
            Set(fits[(int)Fit.Beginning], row.Concept);
        for (; start < end && Folded(start, ref other).Length == wanted.Length; start++)
            Set(fits[(int)Fit.Exact], _phrases[start].Concept);
    }

    private ReadOnlySpan<byte> Folded(int phrase, ref byte[] buffer) => FoldedText.Of(FoldedText.Indexed(_table.Text(_phrases[phrase].Text)), ref buffer);

    // The word with one mistake undone in every way: what begins so far is a range of the words, so most ways end early.
    private void MarkMistaken(byte[] word, Span<ulong> bits)
    {
        MarkBeginnings(word, bits);
        if (_readings.Count > 0)
            Mark(_readings, _readings.Prefix(word), bits);
        if (word.Length < ShortestMistaken || !Ascii.IsValid(word))
            return;
        Span<byte> tried = stackalloc byte[word.Length + 1];
        for (var at = 0; at <= word.Length; at++)
        {
            var (from, to) = _words.Prefix(word.AsSpan(0, at));
            if (from == to)
                return;
            word.AsSpan(0, at).CopyTo(tried);
            var rest = word.AsSpan(at);
            for (var letter = (byte)'0'; letter <= (byte)'z'; letter = letter == (byte)'9' ? (byte)'a' : (byte)(letter + 1))
            {
                tried[at] = letter;
                rest.CopyTo(tried[(at + 1)..]);
                MarkTried(tried, from, to, bits);
                if (rest.Length > 0)
                {
                    rest[1..].CopyTo(tried[(at + 1)..]);
                    MarkTried(tried[..^1], from, to, bits);
                }
            }

            if (rest.Length > 0)
            {
                rest[1..].CopyTo(tried[at..]);
                MarkTried(tried[..^2], from, to, bits);
            }

            if (rest.Length > 1)
            {
                (tried[at], tried[at + 1]) = (rest[1], rest[0]);
                rest[2..].CopyTo(tried[(at + 2)..]);
                MarkTried(tried[..^1], from, to, bits);
            }
        }
    }

    // A word that was typed to its end, but for short ones, may be the beginning of a longer one.
    private void MarkTried(ReadOnlySpan<byte> tried, int from, int to, Span<ulong> bits) =>
        Mark(_words, tried.Length > ShortestMistaken ? _words.Prefix(tried, from, to) : _words.Whole(tried, from, to), bits);

    private static void Mark(TermList terms, (int Start, int End) range, Span<ulong> bits)
    {
        for (var term = range.Start; term < range.End; term++)
        {
            foreach (var concept in terms.Concepts(term))
                Set(bits, concept);
        }
    }

    private static void Set(Span<ulong> bits, int concept) => bits[concept >> 6] |= 1UL << (concept & 63);

    private static void Union(ReadOnlySpan<ulong> from, Span<ulong> to)
    {
        for (var word = 0; word < to.Length; word++)
            to[word] |= from[word];
    }

    // Sorted by counting: how well they fit, then how long the display is; the order of the table for the rest.
    private TextMatches Ordered(Bitmaps fits, bool isGuess)
    {
        var counts = new int[((int)Fit.Count * LengthClasses) + 1];
        var found = fits[(int)Fit.Readings];
        var total = 0;
        foreach (var word in found)
            total += BitOperations.PopCount(word);
        var keys = ArrayPool<ushort>.Shared.Rent(total);
        var at = 0;
        for (var word = 0; word < found.Length; word++)
        {
            for (var bits = found[word]; bits != 0; bits &= bits - 1)
            {
                var key = KeyOf(fits, (word << 6) + BitOperations.TrailingZeroCount(bits), word, bits & (~bits + 1));
                keys[at++] = key;
                counts[key + 1]++;
            }
        }

        for (var key = 1; key < counts.Length; key++)
            counts[key] += counts[key - 1];
        var ends = new int[(int)Fit.Count];
        for (var fit = 0; fit < ends.Length; fit++)
            ends[fit] = counts[(fit + 1) * LengthClasses];
        var ordered = new int[total];
        at = 0;
        for (var word = 0; word < found.Length; word++)
        {
            for (var bits = found[word]; bits != 0; bits &= bits - 1)
                ordered[counts[keys[at++]]++] = (word << 6) + BitOperations.TrailingZeroCount(bits);
        }

        ArrayPool<ushort>.Shared.Return(keys);
        return new TextMatches(ordered, ends, isGuess);
    }

    private ushort KeyOf(Bitmaps fits, int concept, int word, ulong bit)
    {
        var fit = 0;
        while (fit < (int)Fit.Readings && (fits[fit][word] & bit) == 0)
            fit++;
        return (ushort)((fit * LengthClasses) + Math.Min(LengthClasses - 1, _table.DisplayRange(concept).Length));
    }

    private delegate void MarkWord(TextIndex index, byte[] word, Span<ulong> bits);

    /// <summary>Some bitmaps over all concepts, empty at first.</summary>
    private readonly struct Bitmaps : IDisposable
    {
        private readonly ulong[] _bits;
        private readonly int _words;

        public Bitmaps(int concepts, int count)
        {
            _words = (concepts + 63) >> 6;
            _bits = ArrayPool<ulong>.Shared.Rent(_words * count);
            _bits.AsSpan(0, _words * count).Clear();
        }

        public Span<ulong> this[int bitmap] => _bits.AsSpan(bitmap * _words, _words);

        public void Dispose() => ArrayPool<ulong>.Shared.Return(_bits);
    }
}

/// <summary>Concepts that fit a filter, the best first.</summary>
/// <param name="Concepts">Their ordinals.</param>
/// <param name="Ends">Where each grade of fit ends in them, the best first.</param>
/// <param name="IsGuess">True if nothing fits but with a mistake undone.</param>
internal sealed record TextMatches(int[] Concepts, int[] Ends, bool IsGuess);
