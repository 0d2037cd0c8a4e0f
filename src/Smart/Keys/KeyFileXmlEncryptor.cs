// Encrypts the keys of data protection with the key file.

using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Smart;

/// <summary>AES-256-GCM with a key derived from the key file.</summary>
/// <param name="file">The key file, which is read when the server starts.</param>
internal sealed class KeyFileXmlEncryptor(Func<KeyFile> file) : IXmlEncryptor
{
    /// <summary>What the derived key is for.</summary>
    public const string Purpose = "data protection";

    /// <inheritdoc/>
    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var sealedBytes = new byte[AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize + plain.Length];
        var (nonce, tag, cipher) = Parts(sealedBytes);
        RandomNumberGenerator.Fill(nonce.Span);
        using (var aes = new AesGcm(file().Derive(Purpose), tag.Length))
            aes.Encrypt(nonce.Span, plain, cipher.Span, tag.Span);
        CryptographicOperations.ZeroMemory(plain);
        return new EncryptedXmlInfo(new XElement("encrypted", Convert.ToBase64String(sealedBytes)), typeof(KeyFileXmlDecryptor));
    }

    /// <summary>Nonce, tag and cipher text of what was written.</summary>
    /// <exception cref="CryptographicException">It is too short to hold them.</exception>
    public static (Memory<byte> Nonce, Memory<byte> Tag, Memory<byte> Cipher) Parts(byte[] sealedBytes)
    {
        var (nonce, tag) = (AesGcm.NonceByteSizes.MaxSize, AesGcm.TagByteSizes.MaxSize);
        if (sealedBytes.Length < nonce + tag)
            throw new CryptographicException("A key of data protection in the database is damaged; restore the database from its backup.");
        return (sealedBytes.AsMemory(0, nonce), sealedBytes.AsMemory(nonce, tag), sealedBytes.AsMemory(nonce + tag));
    }
}

/// <summary>Reads what <see cref="KeyFileXmlEncryptor"/> wrote; data protection makes it by the name that lies beside the key.</summary>
/// <param name="services">The services of the server.</param>
internal sealed class KeyFileXmlDecryptor(IServiceProvider services) : IXmlDecryptor
{
    /// <inheritdoc/>
    public XElement Decrypt(XElement encryptedElement)
    {
        var (nonce, tag, cipher) = KeyFileXmlEncryptor.Parts(Convert.FromBase64String(encryptedElement.Value));
        var plain = new byte[cipher.Length];
        using (var aes = new AesGcm(services.GetRequiredService<SmartService>().KeyFile.Derive(KeyFileXmlEncryptor.Purpose), tag.Length))
            aes.Decrypt(nonce.Span, cipher.Span, tag.Span, plain);
        var element = XElement.Parse(Encoding.UTF8.GetString(plain));
        CryptographicOperations.ZeroMemory(plain);
        return element;
    }
}
