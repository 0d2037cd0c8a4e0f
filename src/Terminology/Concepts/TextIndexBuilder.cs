// Makes the text index of a table: its words, the pinyin of its Chinese texts, and its texts in their order.

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Terminology;

/// <summary>Reads all displays, designations and codes of a table once.</summary>
internal sealed class TextIndexBuilder
{
    // Pinyin starts at each character and goes on for this many, so that any part of a name is found by the way it is read.
    private const int ReadingSyllables = 6;
    private const int InitialsSyllables = 10;

    private readonly ConceptTable _table;
    private readonly long _limit;
    private readonly Terms _words = new();
    private readonly Terms _readings = new();
    private readonly List<string> _syllables = [];
    private readonly List<Rune> _run = [];
    private readonly StringBuilder _reading = new();
    private readonly byte[] _word = new byte[TextSegmentation.LongestToken];
    private byte[] _buffer = new byte[256];
    private int _concept;

    private TextIndexBuilder(ConceptTable table, long limit)
    {
        _table = table;
        _limit = limit;
    }

    /// <summary>Reads a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="limit">Words of all concepts together that are indexed at most.</param>
    /// <exception cref="TerminologyException">It has more.</exception>
    public static TextIndexBuilder Of(ConceptTable table, long limit)
    {
        var builder = new TextIndexBuilder(table, limit);
        for (var concept = 0; concept < table.Count; concept++)
            builder.Read(concept);
        builder._words.EndConcepts(table.Count);
        builder._readings.EndConcepts(table.Count);
        return builder;
    }

    /// <summary>Writes the sections of the index, letting go of each.</summary>
    public void WriteTo(TableImageWriter writer)
    {
        _words.WriteTo(writer, TableSection.WordBytes);
        _readings.WriteTo(writer, TableSection.ReadingBytes);
        writer.Section<PhraseRow>(TableSection.Phrases, Phrases());
    }

    private void Read(int concept)
    {
        _concept = concept;
        AddWords(_table.CodeUtf8(concept));
        AddWords(_table.DisplayUtf8(concept));
        foreach (var designation in _table.DesignationRows(concept))
            AddWords(_table.Text(designation.Value));
        if (_words.Count + _readings.Count > _limit)
            throw new TerminologyException("too-costly", $"The code system {_table.Header.Url} has too much text to be searched by words; import it as a file.");
    }

    private void AddWords(ReadOnlySpan<byte> text)
    {
        text = FoldedText.Indexed(text);
        if (!Ascii.IsValid(text))
        {
            AddOtherWords(Encoding.UTF8.GetString(text));
            return;
        }

        var length = 0;
        foreach (var letter in text)
        {
            var isWord = char.IsAsciiLetterOrDigit((char)letter);
            if (length > 0 && (!isWord || length == _word.Length))
            {
                _words.Add(_word.AsSpan(0, length), _concept);
                length = 0;
            }

            if (isWord)
                _word[length++] = letter is >= (byte)'A' and <= (byte)'Z' ? (byte)(letter | 0x20) : letter;
        }

        if (length > 0)
            _words.Add(_word.AsSpan(0, length), _concept);
    }

    private void AddOtherWords(string text)
    {
        TextSegmentation.Read(text, word => _words.Add(Utf8(word), _concept));
        if (!Pinyin.HasHan(text))
            return;
        foreach (var rune in text.EnumerateRunes())
        {
            if (Pinyin.Of(rune).Count > 0)
            {
                _run.Add(rune);
                continue;
            }

            AddReadings();
        }

        AddReadings();
    }

    private void AddReadings()
    {
        if (_run.Count == 0)
            return;
        _syllables.Clear();
        Pinyin.AddLikeliest(CollectionsMarshal.AsSpan(_run), _syllables);
        _run.Clear();
        for (var start = 0; start < _syllables.Count; start++)
        {
            _reading.Clear();
            for (var i = start; i < Math.Min(_syllables.Count, start + ReadingSyllables); i++)
                _reading.Append(_syllables[i]);
            _readings.Add(Utf8(_reading.ToString()), _concept);
            _reading.Clear();
            for (var i = start; i < Math.Min(_syllables.Count, start + InitialsSyllables); i++)
                _reading.Append(_syllables[i][0]);
            _readings.Add(Utf8(_reading.ToString()), _concept);
        }
    }

    private ReadOnlySpan<byte> Utf8(string text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (_buffer.Length < most)
            _buffer = new byte[most];
        return _buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, _buffer));
    }

    private PhraseRow[] Phrases()
    {
        var rows = new RowList<PhraseRow>();
        for (var concept = 0; concept < _table.Count; concept++)
        {
            if (_table.DisplayRange(concept) is { Length: > 0 } display)
                rows.Add(new PhraseRow(concept, display));
            foreach (var designation in _table.DesignationRows(concept))
                rows.Add(new PhraseRow(concept, designation.Value));
        }

        // Folded once for the sort, which compares each some twenty times.
        var texts = new SortedTexts(rows.Count);
        byte[] buffer = [];
        for (var row = 0; row < rows.Count; row++)
            texts.Add(FoldedText.Of(FoldedText.Indexed(_table.Text(rows[row].Text)), ref buffer));
        var order = texts.Order();
        var phrases = new PhraseRow[order.Length];
        for (var i = 0; i < order.Length; i++)
            phrases[i] = rows[order[i]];
        return phrases;
    }

    /// <summary>Terms as they come, with the concepts of each.</summary>
    private sealed class Terms
    {
        private readonly TextPool _pool = new(new CodeHash(Random.Shared.NextInt64(), ignoresCase: false));
        private readonly RowList<int> _last = new();

        // Terms of the first concept, of the second, and so on; concepts come in their order.
        private readonly RowList<int> _rows = new();
        private readonly RowList<int> _ends = new();

        public int Count => _rows.Count;

        public void Add(ReadOnlySpan<byte> text, int concept)
        {
            var term = _pool.Add(text, out var isNew);
            if (isNew)
                _last.Add(-1);
            if (_last[term] == concept)
                return;
            EndConcepts(concept);
            _last[term] = concept;
            _rows.Add(term);
        }

        // Notes where the terms of all concepts before this one end.
        public void EndConcepts(int concept)
        {
            while (_ends.Count < concept)
                _ends.Add(_rows.Count);
        }

        // The four sections of a list follow each other.
        public void WriteTo(TableImageWriter writer, TableSection first)
        {
            var texts = new SortedTexts(_pool.Count);
            for (var term = 0; term < _pool.Count; term++)
                texts.Add(_pool[term]);
            var order = texts.Order();
            var starts = new int[order.Length + 1];
            writer.Begin(first);
            for (var place = 0; place < order.Length; place++)
            {
                var text = _pool[order[place]];
                writer.Write(text);
                starts[place + 1] = starts[place] + text.Length;
            }

            writer.Section<int>(first + 1, starts);
            _pool.Clear();
            _last.Clear();

            var places = new int[order.Length];
            for (var place = 0; place < order.Length; place++)
                places[order[place]] = place;
            var conceptStarts = new int[order.Length + 1];
            for (var i = 0; i < _rows.Count; i++)
                conceptStarts[places[_rows[i]] + 1]++;
            for (var place = 0; place < order.Length; place++)
                conceptStarts[place + 1] += conceptStarts[place];
            var next = conceptStarts[..order.Length];
            var concepts = new int[_rows.Count];
            for (var (i, concept) = (0, 0); concept < _ends.Count; concept++)
            {
                for (; i < _ends[concept]; i++)
                    concepts[next[places[_rows[i]]]++] = concept;
            }

            _rows.Clear();
            _ends.Clear();
            writer.Section<int>(first + 2, conceptStarts);
            writer.Section<int>(first + 3, concepts);
        }
    }

    /// <summary>Texts to be sorted by their bytes; the first eight of each are at hand.</summary>
    private sealed class SortedTexts(int capacity)
    {
        private readonly List<(ulong Head, int Text)> _heads = new(capacity);
        private readonly List<int> _starts = new(capacity + 1) { 0 };
        private byte[] _bytes = new byte[Math.Max(64, capacity * 16L) is var size and < 1 << 30 ? (int)size : 1 << 30];

        public void Add(ReadOnlySpan<byte> text)
        {
            var start = _starts[^1];
            if (start > Array.MaxLength - text.Length)
                throw new TerminologyException("too-costly", "The code system has more than 2 GB of names; split it.");
            if (start + text.Length > _bytes.Length)
                Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(start + (long)text.Length, _bytes.Length * 2L)));
            text.CopyTo(_bytes.AsSpan(start));
            Span<byte> head = stackalloc byte[8];
            head.Clear();
            text[..Math.Min(8, text.Length)].CopyTo(head);
            _heads.Add((BinaryPrimitives.ReadUInt64BigEndian(head), _starts.Count - 1));
            _starts.Add(start + text.Length);
        }

        public int[] Order()
        {
            var heads = CollectionsMarshal.AsSpan(_heads);
            heads.Sort((left, right) =>
            {
                if (left.Head != right.Head)
                    return left.Head < right.Head ? -1 : 1;
                var order = Text(left.Text).SequenceCompareTo(Text(right.Text));
                return order != 0 ? order : left.Text - right.Text;
            });
            var texts = new int[heads.Length];
            for (var i = 0; i < texts.Length; i++)
                texts[i] = heads[i].Text;
            return texts;
        }

        private ReadOnlySpan<byte> Text(int text) => _bytes.AsSpan(_starts[text], _starts[text + 1] - _starts[text]);
    }
}
