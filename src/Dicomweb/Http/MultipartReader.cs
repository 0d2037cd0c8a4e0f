// The parts of a multipart body as they come, of any length, in one buffer.
//
// The framework's reader takes CRLF only, a part for its own stream that it searches byte by byte, and its limits throw; this one searches the
// boundary with vectors over what has come.

using System.Buffers;
using System.Text;

namespace FhirHub.Dicomweb;

/// <summary>A body is not made of parts as RFC 2046 has them; the message says what to do.</summary>
internal sealed class MultipartException(string message) : Exception(message);

/// <summary>The header fields of a part; of the same name the first.</summary>
internal sealed class MultipartHeaders
{
    private readonly Dictionary<string, string> _fields = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The media type; null if there is none that can be read.</summary>
    public MediaRange? ContentType => Dicomweb.ContentType.Parse(Find("Content-Type"));

    /// <summary>The value of a field; null if it is not there.</summary>
    public string? Find(string name) => _fields.GetValueOrDefault(name);

    internal void Add(string name, string value) => _fields.TryAdd(name, value);
}

/// <summary>
/// Reads <c>multipart/related</c> (RFC 2387, RFC 2046 5.1). Text before the first part and behind the last is passed over; lines that end with a line
/// feed only are taken where the first boundary does too.
/// </summary>
internal sealed class MultipartReader : IDisposable
{
    private const int BufferSize = 128 * 1024;
    private const int MaxBoundary = 256;
    private const int MaxPreamble = 64 * 1024;
    private const int MaxHeaderBytes = 16 * 1024;
    private const int MaxHeaders = 64;
    private const int MaxPadding = 128;

    private readonly Stream _body;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private readonly PartStream _part;
    private byte[] _delimiter;
    private int _start;
    private int _end;
    private int _safe;
    private bool _bodyEnded;
    private bool _inPart;
    private bool _isClosed;
    private bool _isFirst = true;

    /// <summary>Reads a body whose parts are parted by a boundary.</summary>
    /// <exception cref="MultipartException">The boundary can't be one.</exception>
    public MultipartReader(Stream body, string boundary)
    {
        if (boundary.Length is 0 or > MaxBoundary || !Ascii.IsValid(boundary) || boundary.AsSpan().ContainsAnyInRange('\0', '\u001F') || boundary[^1] == ' ')
            throw new MultipartException($"The boundary of a multipart body has 1 to {MaxBoundary} characters of ASCII.");
        _body = body;
        _delimiter = Encoding.ASCII.GetBytes($"\r\n--{boundary}");
        _part = new(this);
    }

    /// <summary>The header of the part that is being read.</summary>
    public MultipartHeaders Headers { get; private set; } = new();

    /// <summary>The rest of the part that is being read; it ends where the part does.</summary>
    public Stream Part => _part;

    /// <summary>Whether the part was read to its end: the boundary behind it.</summary>
    public bool PartEnded => !_inPart;

    /// <summary>Passes over what is left of the part and reads the header of the next; false behind the last.</summary>
    /// <param name="maxSkipped">The most bytes that are passed over.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="MultipartException">There is no part where one must be.</exception>
    public async ValueTask<bool> NextAsync(long maxSkipped, CancellationToken cancellationToken)
    {
        if (_isFirst)
        {
            await FindFirstAsync(cancellationToken);
        }
        else
        {
            while (_inPart)
            {
                var available = await AvailableAsync(cancellationToken);
                maxSkipped -= available;
                if (maxSkipped < 0)
                    throw new MultipartException("A part is longer than what may be stored.");
                _start += available;
            }
        }

        if (_isClosed)
            return false;
        await ReadHeadersAsync(cancellationToken);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    // The first boundary may be at the very start, where no line ends before it, or behind a preamble.
    private async ValueTask FindFirstAsync(CancellationToken cancellationToken)
    {
        _isFirst = false;
        for (var passed = 0; ;)
        {
            // Enough for a boundary and the end of its line, wherever what was passed over ended.
            var wanted = _delimiter.Length + MaxPadding + 2;
            while (_end - _start < wanted && await FillAsync(cancellationToken))
            {
            }

            var window = _buffer.AsSpan(_start, _end - _start);
            var dashed = _delimiter.AsSpan(2);
            for (var from = 0; ;)
            {
                var at = window[from..].IndexOf(dashed);
                if (at < 0)
                    break;
                at += from;
                if ((at > 0 || passed == 0) && (at == 0 || window[at - 1] == (byte)'\n') && LineEnd(window[(at + dashed.Length)..]) is { Found: true } line)
                {
                    // What ends the first boundary's line ends all lines of the body.
                    if (line.IsLineFeedOnly)
                        _delimiter = _delimiter[1..];
                    _isClosed = line.Closes;
                    _start += at + dashed.Length + line.Length;
                    return;
                }

                from = at + 1;
            }

            if (_bodyEnded)
                throw new MultipartException("The body has no part: its boundary is not the one that Content-Type names.");
            var kept = Math.Min(window.Length, wanted - 1);
            passed += window.Length - kept;
            _start += window.Length - kept;
            if (passed > MaxPreamble)
                throw new MultipartException($"The first part does not begin within {MaxPreamble:N0} bytes; is the boundary the one that Content-Type names?");
        }
    }

    private async ValueTask ReadHeadersAsync(CancellationToken cancellationToken)
    {
        var headers = new MultipartHeaders();
        string? name = null, value = null;
        for (int count = 0, bytes = 0; ;)
        {
            int length;
            while ((length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n')) < 0)
            {
                if (bytes + _end - _start > MaxHeaderBytes)
                    throw new MultipartException($"The header of a part has more than {MaxHeaderBytes:N0} bytes.");
                if (!await FillAsync(cancellationToken))
                    throw new MultipartException("The body ends within the header of a part.");
            }

            bytes += length + 1;
            if (bytes > MaxHeaderBytes)
                throw new MultipartException($"The header of a part has more than {MaxHeaderBytes:N0} bytes.");
            var line = Encoding.UTF8.GetString(_buffer, _start, length).TrimEnd('\r');
            _start += length + 1;
            if (line.Length > 0 && line[0] is ' ' or '\t' && name is not null)
            {
                value = $"{value} {line.Trim()}";
                continue;
            }

            if (name is not null)
                headers.Add(name, value!);
            if (line.Length == 0)
                break;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
                throw new MultipartException("A part begins with header fields, each a name, a colon and a value, and an empty line behind them.");
            if (++count > MaxHeaders)
                throw new MultipartException($"A part has more than {MaxHeaders} header fields.");
            (name, value) = (line[..colon].TrimEnd(), line[(colon + 1)..].Trim());
        }

        Headers = headers;
        (_inPart, _safe) = (true, _start);

        // A part without content may have its boundary right behind the empty line.
        while (_end - _start < _delimiter.Length + MaxPadding && await FillAsync(cancellationToken))
        {
        }

        var dashes = _delimiter.AsSpan(_delimiter[0] == (byte)'\r' ? 2 : 1);
        var window = _buffer.AsSpan(_start, _end - _start);
        if (window.StartsWith(dashes) && LineEnd(window[dashes.Length..]) is { Found: true } ending)
            EndPart(_start + dashes.Length, ending);
    }

    // How many bytes of the part there are from _start; 0 only where it ended.
    private async ValueTask<int> AvailableAsync(CancellationToken cancellationToken)
    {
        while (_inPart)
        {
            if (_safe > _start)
                return _safe - _start;
            if (Search() is { } ending)
            {
                EndPart(_start + _delimiter.Length, ending);
                return 0;
            }

            if (_safe <= _start && !await FillAsync(cancellationToken))
                throw new MultipartException("The body ends within a part: the boundary behind it is missing.");
        }

        return 0;
    }

    // Sets how far the part is known to go; gives the end of the boundary's line where a boundary is next.
    private LineEnding? Search()
    {
        var window = _buffer.AsSpan(_start, _end - _start);
        for (var from = 0; ;)
        {
            var at = window[from..].IndexOf(_delimiter);
            if (at < 0)
            {
                // The last bytes may be the beginning of a boundary.
                _safe = Math.Max(_start + from, _end - _delimiter.Length + 1);
                return null;
            }

            at += from;
            var line = LineEnd(window[(at + _delimiter.Length)..]);
            if (line.Found && at == 0)
                return line;
            if (line.Found || (line.NeedsMore && !_bodyEnded))
            {
                _safe = _start + at;
                return null;
            }

            // A longer word that begins like the boundary is none.
            from = at + 1;
        }
    }

    private void EndPart(int at, LineEnding line)
    {
        (_inPart, _isClosed) = (false, line.Closes);
        _start = _safe = at + line.Length;
    }

    // What follows a boundary: two dashes behind the last part, else white space and the end of the line.
    private static LineEnding LineEnd(ReadOnlySpan<byte> behind)
    {
        if (behind.StartsWith("--"u8))
            return new(Found: true, Closes: true, Length: 2);
        var padding = behind.IndexOfAnyExcept((byte)' ', (byte)'\t');
        if (padding < 0)
            return new(Found: false, NeedsMore: behind.Length < MaxPadding);
        var rest = behind[padding..];
        if (rest[0] == (byte)'\n')
            return new(Found: true, Length: padding + 1, IsLineFeedOnly: true);
        if (rest.StartsWith("\r\n"u8))
            return new(Found: true, Length: padding + 2);
        return new(Found: false, NeedsMore: rest.Length == 1 && (rest[0] is (byte)'\r' || (rest[0] is (byte)'-' && padding == 0)));
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_bodyEnded)
            return false;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _safe = Math.Max(0, _safe - _start);
            _start = 0;
        }

        var count = await _body.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _bodyEnded = count == 0;
        _end += count;
        return count > 0;
    }

    private readonly record struct LineEnding(bool Found, int Length = 0, bool Closes = false, bool IsLineFeedOnly = false, bool NeedsMore = false);

    /// <summary>The content of the part that is being read.</summary>
    private sealed class PartStream(MultipartReader reader) : ForwardStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = Math.Min(await reader.AvailableAsync(cancellationToken), buffer.Length);
            reader._buffer.AsSpan(reader._start, count).CopyTo(buffer.Span);
            reader._start += count;
            return count;
        }
    }
}
