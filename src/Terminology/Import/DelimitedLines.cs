// Tables without quotes, one row a line: RF2 (tabs) and RRF (bars). The fields are spans of the line, since there are tens of millions.

using System.Buffers.Text;
using System.Text;
using FhirHub.Model;

namespace FhirHub.Terminology.Import;

/// <summary>Reads a table line by line.</summary>
internal sealed class DelimitedLines : IDisposable
{
    private readonly ReleaseFile _file;
    private readonly Stream _content;
    private readonly byte _delimiter;
    private readonly int _maxLine;
    private readonly int[] _ends = new int[128];
    private byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _length;
    private int _rowStart;
    private bool _isAtEnd;

    public DelimitedLines(ReleaseFile file, char delimiter, ReleaseLimits limits)
    {
        _file = file;
        _content = file.Open();
        _delimiter = (byte)delimiter;
        _maxLine = limits.LineBytes;
    }

    /// <summary>Number of the line, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Number of fields of the row.</summary>
    public int Count { get; private set; }

    /// <summary>A field of the row.</summary>
    /// <exception cref="TerminologyException">The row has fewer.</exception>
    public ReadOnlySpan<byte> this[int field]
    {
        get
        {
            if (field >= Count)
                throw Fault($"the row has {Count} columns, and column {field + 1} is needed; check that the file is whole");
            var start = field == 0 ? _rowStart : _ends[field - 1] + 1;
            return _buffer.AsSpan(start, _ends[field] - start);
        }
    }

    /// <summary>Goes to the next row that is not blank.</summary>
    public bool Read()
    {
        while (true)
        {
            var rest = _buffer.AsSpan(_start, _length - _start);
            var end = rest.IndexOf((byte)'\n');
            if (end < 0 && !_isAtEnd)
            {
                Fill();
                continue;
            }

            if (end < 0 && rest.IsEmpty)
                return false;
            Line++;
            var row = end < 0 ? rest : rest[..end];
            _rowStart = _start;
            _start += end < 0 ? row.Length : end + 1;
            if (row is [.., (byte)'\r'])
                row = row[..^1];
            if (Line == 1 && row.StartsWith("\uFEFF"u8))
            {
                row = row[3..];
                _rowStart += 3;
            }

            if (row.IsEmpty)
                continue;
            Split(row);
            return true;
        }
    }

    public string Text(int field) => Encoding.UTF8.GetString(this[field]);

    public long Number(int field) => Utf8Parser.TryParse(this[field], out long value, out var used) && used == this[field].Length
        ? value
        : throw Fault($"'{Text(field)}' in column {field + 1} is no number");

    public bool Is(int field, ReadOnlySpan<byte> value) => this[field].SequenceEqual(value);

    public bool Is(int field, string value) => System.Text.Ascii.Equals(this[field], value);

    public TerminologyException Fault(string message) => _file.Fault(message, Line);

    public void Dispose() => _content.Dispose();

    private void Fill()
    {
        if (_length - _start > _maxLine)
            throw Fault($"a line is longer than {_maxLine:N0} bytes; check that the file is whole and a table");
        _buffer.AsSpan(_start, _length - _start).CopyTo(_buffer);
        _length -= _start;
        _start = 0;
        if (_length == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        var read = _content.Read(_buffer, _length, _buffer.Length - _length);
        _length += read;
        _isAtEnd = read == 0;
    }

    private void Split(ReadOnlySpan<byte> row)
    {
        Count = 0;
        var at = 0;
        while (Count < _ends.Length)
        {
            var end = row[at..].IndexOf(_delimiter);
            at += end < 0 ? row.Length - at : end;
            _ends[Count++] = _rowStart + at;
            if (end < 0)
                return;
            at++;
        }

        throw Fault($"the row has more than {_ends.Length} columns; check that the file is a table of this kind");
    }
}
