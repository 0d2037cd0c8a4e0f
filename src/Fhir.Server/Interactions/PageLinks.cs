// Page links: short, opaque, and only as this server made them. What was asked does not show in them, so that values of a search
// sent in a body don't end up in the logs of proxies.

using System.Buffers.Binary;
using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace FhirHub.Server;

/// <summary>What a page link stands for.</summary>
/// <param name="Path">The address without base and query, such as <c>Patient</c>.</param>
/// <param name="Query">The query string of the first page.</param>
/// <param name="Cursor">The store's cursor.</param>
public sealed record PageLink(string Path, string Query, string Cursor);

/// <summary>Makes and reads the value of the parameter <c>_page</c>. The key lies under the data path, so links outlive a restart.</summary>
public sealed class PageLinks : IDisposable
{
    /// <summary>The parameter of a page link.</summary>
    public const string Parameter = "_page";

    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int MaxTextSize = 1024 * 1024;

    // A cipher is not for several threads at once.
    private readonly ThreadLocal<AesGcm> _cipher;

    private PageLinks(byte[] key) => _cipher = new ThreadLocal<AesGcm>(() => new AesGcm(key, TagSize), trackAllValues: true);

    /// <summary>Reads the key, or makes one.</summary>
    public static PageLinks Open(string dataPath)
    {
        Directory.CreateDirectory(dataPath);
        var path = Path.Combine(dataPath, "page-links.key");
        if (!File.Exists(path))
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new FileStream(path, options);
            file.Write(RandomNumberGenerator.GetBytes(32));
        }

        var key = File.ReadAllBytes(path);
        return key.Length == 32
            ? new PageLinks(key)
            : throw new InvalidDataException($"{path} is not a key of 32 bytes; delete it and a new one is made (page links given before then end).");
    }

    /// <summary>The value of <c>_page</c> for a link.</summary>
    public string Protect(PageLink link)
    {
        ArgumentNullException.ThrowIfNull(link);
        var plain = Pack($"{link.Path}\n{link.Query}\n{link.Cursor}");
        var token = new byte[NonceSize + plain.Length + TagSize];
        var nonce = token.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        _cipher.Value!.Encrypt(nonce, plain, token.AsSpan(NonceSize, plain.Length), token.AsSpan(NonceSize + plain.Length));
        return Base64Url.EncodeToString(token);
    }

    /// <summary>The link of a value of <c>_page</c>; null if this server did not make it.</summary>
    public PageLink? Unprotect(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length > MaxTextSize || !Base64Url.IsValid(value))
            return null;
        var token = Base64Url.DecodeFromChars(value);
        if (token.Length < NonceSize + TagSize + 1)
            return null;
        var plain = new byte[token.Length - NonceSize - TagSize];
        try
        {
            _cipher.Value!.Decrypt(token.AsSpan(0, NonceSize), token.AsSpan(NonceSize, plain.Length), token.AsSpan(NonceSize + plain.Length), plain);
        }
        catch (CryptographicException)
        {
            return null;
        }

        var parts = Unpack(plain).Split('\n');
        return parts.Length == 3 ? new PageLink(parts[0], parts[1], parts[2]) : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var cipher in _cipher.Values)
            cipher.Dispose();
        _cipher.Dispose();
    }

    // A long query is compressed; a short one would only grow.
    private static byte[] Pack(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var output = new byte[5 + BrotliEncoder.GetMaxCompressedLength(bytes.Length)];
        if (bytes.Length > 128 && BrotliEncoder.TryCompress(bytes, output.AsSpan(5), out var written, quality: 5, window: 18) && written + 4 < bytes.Length)
        {
            output[0] = 1;
            BinaryPrimitives.WriteInt32LittleEndian(output.AsSpan(1), bytes.Length);
            return output[..(5 + written)];
        }

        return [0, .. bytes];
    }

    private static string Unpack(byte[] packed)
    {
        if (packed[0] == 0)
            return Encoding.UTF8.GetString(packed, 1, packed.Length - 1);
        var bytes = new byte[BinaryPrimitives.ReadInt32LittleEndian(packed.AsSpan(1))];
        return BrotliDecoder.TryDecompress(packed.AsSpan(5), bytes, out var written) ? Encoding.UTF8.GetString(bytes, 0, written) : "";
    }
}
