// The bytes of a concept table, as an array or as a mapped file, and how its sections are found in them.

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>
/// Header (64 bytes: magic, layout, number of sections, where their directory is, length of the whole, SHA-256 of what goes before,
/// of the directory and of the facts), sections that start at multiples of eight, directory. Little-endian.
/// </summary>
internal sealed unsafe class TableImage
{
    /// <summary>Counts changes of the layout; files of another layout are not opened.</summary>
    public const int Layout = 1;

    internal const int HeaderLength = 64;
    internal const int DirectoryEntryLength = 24;
    internal const int CheckedLength = 32;

    private readonly byte[]? _array;
    private readonly byte* _mapped;
    private readonly Dictionary<TableSection, (long Start, long Length)> _sections = [];

    /// <summary>An image in memory.</summary>
    /// <exception cref="InvalidDataException">It is not one.</exception>
    public TableImage(byte[] array)
    {
        _array = array;
        Facts = Open(array.LongLength);
    }

    /// <summary>An image in a mapped file.</summary>
    /// <exception cref="InvalidDataException">It is not one, or of another layout, or cut off.</exception>
    public TableImage(MappedFile file)
    {
        _mapped = file.Start;
        Facts = Open(file.Length);
    }

    /// <summary>What the table says once.</summary>
    public TableFacts Facts { get; }

    /// <summary>The eight bytes that every image starts with.</summary>
    public static ReadOnlySpan<byte> Magic => "FHIRCODE"u8;

    /// <summary>Bytes of the image.</summary>
    public long Length { get; private set; }

    /// <summary>The rows of a section; none if the image lacks it.</summary>
    public Column<T> Section<T>(TableSection section)
        where T : unmanaged
    {
        if (!_sections.TryGetValue(section, out var place))
            return default;
        var rows = checked((int)(place.Length / sizeof(T)));
        return _array is null ? new Column<T>(_mapped + place.Start, rows) : new Column<T>(_array, (int)place.Start, rows);
    }

    /// <summary>Rows by concept.</summary>
    public GroupedColumn<T> Grouped<T>(TableSection starts, TableSection rows)
        where T : unmanaged => new(Section<int>(starts), Section<T>(rows));

    /// <summary>The checksum of a header.</summary>
    public static byte[] Checksum(ReadOnlySpan<byte> header, ReadOnlySpan<byte> directory, ReadOnlySpan<byte> facts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header[..CheckedLength]);
        hash.AppendData(directory);
        hash.AppendData(facts);
        return hash.GetHashAndReset();
    }

    private ReadOnlySpan<byte> Bytes(long start, long length) =>
        _array is null ? new ReadOnlySpan<byte>(_mapped + start, checked((int)length)) : _array.AsSpan((int)start, (int)length);

    private TableFacts Open(long length)
    {
        if (length < HeaderLength || !Bytes(0, Magic.Length).SequenceEqual(Magic))
            throw new InvalidDataException("It is no concept table.");
        var header = Bytes(0, HeaderLength);
        var layout = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (layout != Layout)
            throw new InvalidDataException($"It is of layout {layout}, and this version reads layout {Layout}; import the code system again.");
        var sections = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        var directoryStart = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        Length = BinaryPrimitives.ReadInt64LittleEndian(header[24..]);
        if (Length != length || sections is < 0 or > 1_000 || directoryStart < HeaderLength || directoryStart > length - ((long)sections * DirectoryEntryLength))
            throw new InvalidDataException("It is cut off or damaged; import the code system again.");

        var directory = Bytes(directoryStart, (long)sections * DirectoryEntryLength);
        for (var i = 0; i < sections; i++)
        {
            var entry = directory[(i * DirectoryEntryLength)..];
            var start = BinaryPrimitives.ReadInt64LittleEndian(entry[8..]);
            var size = BinaryPrimitives.ReadInt64LittleEndian(entry[16..]);
            if (start < HeaderLength || size is < 0 or > int.MaxValue || start > length - size)
                throw new InvalidDataException("It is damaged; import the code system again.");
            _sections[(TableSection)BinaryPrimitives.ReadInt32LittleEndian(entry)] = (start, size);
        }

        var facts = _sections.TryGetValue(TableSection.Facts, out var place) ? Bytes(place.Start, place.Length) : default;
        if (!CryptographicOperations.FixedTimeEquals(Checksum(header, directory, facts), header[CheckedLength..]))
            throw new InvalidDataException("It is damaged; import the code system again.");
        return JsonSerializer.Deserialize<TableFacts>(facts) ?? new TableFacts();
    }
}

/// <summary>Writes an image to a stream that can go back to its start.</summary>
internal sealed class TableImageWriter
{
    private readonly Stream _stream;
    private readonly List<(TableSection Section, long Start, long Length)> _sections = [];
    private byte[] _facts = [];
    private long _open = -1;
    private long _directoryStart = -1;

    public TableImageWriter(Stream stream)
    {
        _stream = stream;
        _stream.Write(new byte[TableImage.HeaderLength]);
    }

    /// <summary>Starts a section, which <see cref="Write"/> fills and the next or the end closes.</summary>
    public void Begin(TableSection section)
    {
        Close();
        if (_directoryStart >= 0)
        {
            // What comes after the end takes the place of the directory, which moves on.
            _stream.Position = _directoryStart;
            _directoryStart = -1;
        }

        Span<byte> gap = stackalloc byte[8];
        gap.Clear();
        _stream.Write(gap[..(int)(-_stream.Position & 7)]);
        _open = _stream.Position;
        _sections.Add((section, _open, 0));
    }

    /// <summary>Writes rows of the section that is open.</summary>
    public void Write<T>(ReadOnlySpan<T> rows)
        where T : unmanaged
    {
        // A span of more than 2 GB has no bytes of its own; sections end there anyway.
        while (!rows.IsEmpty)
        {
            var part = rows[..Math.Min(rows.Length, 1 << 20)];
            _stream.Write(MemoryMarshal.AsBytes(part));
            rows = rows[part.Length..];
        }
    }

    /// <summary>Writes a section.</summary>
    public void Section<T>(TableSection section, ReadOnlySpan<T> rows)
        where T : unmanaged
    {
        Begin(section);
        Write(rows);
    }

    /// <summary>Writes the facts.</summary>
    public void WriteFacts(TableFacts facts)
    {
        _facts = JsonSerializer.SerializeToUtf8Bytes(facts);
        Section<byte>(TableSection.Facts, _facts);
    }

    /// <summary>Writes the directory and the header. Further sections may follow, and then this again.</summary>
    public void Finish()
    {
        Close();
        var directory = new byte[_sections.Count * TableImage.DirectoryEntryLength];
        for (var i = 0; i < _sections.Count; i++)
        {
            var entry = directory.AsSpan(i * TableImage.DirectoryEntryLength);
            BinaryPrimitives.WriteInt32LittleEndian(entry, (int)_sections[i].Section);
            BinaryPrimitives.WriteInt64LittleEndian(entry[8..], _sections[i].Start);
            BinaryPrimitives.WriteInt64LittleEndian(entry[16..], _sections[i].Length);
        }

        _directoryStart = _stream.Position;
        _stream.Write(directory);
        var header = new byte[TableImage.HeaderLength];
        TableImage.Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), TableImage.Layout);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), _sections.Count);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), _directoryStart);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(24), _stream.Position);
        TableImage.Checksum(header, directory, _facts).CopyTo(header, TableImage.CheckedLength);
        var end = _stream.Position;
        _stream.Position = 0;
        _stream.Write(header);
        _stream.Position = end;
        _stream.Flush();
    }

    private void Close()
    {
        if (_open < 0)
            return;
        var length = _stream.Position - _open;
        if (length > int.MaxValue)
            throw new TerminologyException("too-costly", "The code system has more than 2 GB of texts or codes; split it.");
        _sections[^1] = _sections[^1] with { Length = length };
        _open = -1;
    }
}
