// The entries of a tar archive, read as they come. System.Formats.Tar takes a header at its word: 512 bytes that announce two
// gigabytes of attributes have it allocate two gigabytes, so what others made is read here.

using System.Buffers.Binary;
using System.Text;

namespace FhirHub.Server;

/// <summary>A file of an archive.</summary>
/// <param name="Name">Its path as the archive has it, which is never used as one.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Content">The bytes; to be read before the next entry is asked for.</param>
internal sealed record TarFile(string Name, long Length, Stream Content);

/// <summary>Reads tar archives: ustar, GNU and pax (POSIX.1-2001, <c>pax</c>); only regular files are told of.</summary>
internal static class TarEntries
{
    private const int BlockSize = 512;

    // A path in a header of its own.
    private const int MaxPathBytes = 64 * 1024;

    /// <summary>The files in their order.</summary>
    /// <exception cref="InvalidDataException">The archive is damaged, or none.</exception>
    public static IEnumerable<TarFile> Read(Stream archive)
    {
        ArgumentNullException.ThrowIfNull(archive);
        var header = new byte[BlockSize];
        var scratch = new byte[16 * 1024];
        string? path = null;
        while (archive.ReadAtLeast(header, BlockSize, throwOnEndOfStream: false) is var read && read > 0)
        {
            if (read < BlockSize)
                throw new InvalidDataException("The archive is cut off.");
            if (!header.AsSpan().ContainsAnyExcept((byte)0))
                yield break;
            if (Octal(header.AsSpan(148, 8)) != Checksum(header))
                throw new InvalidDataException("This is no tar archive, or a damaged one.");
            var length = Number(header.AsSpan(124, 12));
            var content = new Part(archive, length);
            switch ((char)header[156])
            {
                case '0' or '\0' or '7':
                    yield return new TarFile(path ?? PathOf(header), length, content);
                    path = null;
                    break;
                case 'L':
                    path = Encoding.UTF8.GetString(Whole(content)).TrimEnd('\0');
                    break;
                case 'x':
                    path = PaxPath(Whole(content)) ?? path;
                    break;
                case 'g' or 'K':
                    break;
                default:
                    path = null;
                    break;
            }

            content.Skip((BlockSize - (length % BlockSize)) % BlockSize, scratch);
        }
    }

    private static byte[] Whole(Part content)
    {
        if (content.Length > MaxPathBytes)
            throw new InvalidDataException($"The archive has a header of {content.Length:N0} bytes, which no path needs.");
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        return bytes;
    }

    private static string PathOf(ReadOnlySpan<byte> header)
    {
        var name = Text(header[..100]);
        var prefix = header.Slice(257, 6).SequenceEqual("ustar\0"u8) ? Text(header.Slice(345, 155)) : "";
        return prefix.Length > 0 ? $"{prefix}/{name}" : name;
    }

    // Records of pax: length, blank, key=value, line feed.
    private static string? PaxPath(byte[] attributes)
    {
        foreach (var record in Encoding.UTF8.GetString(attributes).Split('\n'))
        {
            var start = record.IndexOf(' ', StringComparison.Ordinal) + 1;
            if (start > 0 && record.AsSpan(start).StartsWith("path=", StringComparison.Ordinal))
                return record[(start + 5)..];
        }

        return null;
    }

    private static string Text(ReadOnlySpan<byte> field) =>
        Encoding.UTF8.GetString(field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field);

    // Octal digits, or with the first bit set a number in eight bytes.
    private static long Number(ReadOnlySpan<byte> field)
    {
        var number = (field[0] & 0x80) != 0 ? BinaryPrimitives.ReadInt64BigEndian(field[4..]) : Octal(field);
        return number >= 0 ? number : throw new InvalidDataException("An entry of the archive has no length.");
    }

    private static long Octal(ReadOnlySpan<byte> field)
    {
        long number = 0;
        foreach (var digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
                return -1;
            number = (number << 3) + (digit - '0');
        }

        return number;
    }

    // The sum of all bytes, those of the sum itself as blanks.
    private static long Checksum(ReadOnlySpan<byte> header)
    {
        long sum = 0;
        for (var i = 0; i < header.Length; i++)
            sum += i is >= 148 and < 156 ? ' ' : header[i];
        return sum;
    }

    /// <summary>The bytes of one entry.</summary>
    private sealed class Part(Stream archive, long size) : Stream
    {
        private long _left = size;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length { get; } = size;

        public override long Position
        {
            get => Length - _left;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (_left == 0 || buffer.IsEmpty)
                return 0;
            var read = archive.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
            if (read == 0)
                throw new InvalidDataException("The archive is cut off.");
            _left -= read;
            return read;
        }

        /// <summary>Leaves what was not read, and the bytes that fill the last block.</summary>
        public void Skip(long filling, byte[] scratch)
        {
            while (Read(scratch) > 0)
            {
            }

            while (filling > 0 && archive.Read(scratch, 0, (int)filling) is > 0 and var read)
                filling -= read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
