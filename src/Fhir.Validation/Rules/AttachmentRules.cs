// Whether what an Attachment says of its data is so.

using System.Buffers.Text;
using System.Security.Cryptography;
using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Rules of attachments (R4 datatypes.html#Attachment).</summary>
internal static class AttachmentRules
{
    /// <summary>Checks an Attachment.</summary>
    public static void Check(ValidationWalk walk, ElementNode attachment)
    {
        var contentType = attachment.Child("contentType");
        if (contentType.Exists && contentType.GetString() is { } media && !IsMediaType(media))
            walk.Report(contentType, IssueSeverity.Warning, "value", ValueMessages.MediaType, media);
        var size = attachment.Child("size");
        var hash = attachment.Child("hash");
        var data = attachment.Child("data");
        if (!data.Exists || (!size.Exists && !hash.Exists) || data.GetString() is not { } base64)
            return;
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            // Bits behind the last whole byte; the parser judges the form.
            return;
        }

        if (size.Exists && size.GetDecimal() is { } stated && stated != bytes.Length)
            walk.Report(size, IssueSeverity.Error, "value", ValueMessages.AttachmentSize, size.GetString() ?? "", bytes.Length.ToString());
        if (hash.Exists && hash.GetString() is { } told)
            CheckHash(walk, hash, told, bytes);
    }

    private static void CheckHash(ValidationWalk walk, ElementNode hash, string told, byte[] data)
    {
#pragma warning disable CA5350 // The standard's choice; it tells of damage, and nobody trusts it against forgery.
        var actual = Convert.ToBase64String(SHA1.HashData(data));
#pragma warning restore CA5350
        if (told == actual)
            return;
        // Other lengths are other algorithms or hexadecimal digits: not what R4 wants, and no sign of damage.
        var isSha1 = Base64.IsValid(told, out var length) && length == SHA1.HashSizeInBytes;
        walk.Report(hash, isSha1 ? IssueSeverity.Error : IssueSeverity.Warning, "value", ValueMessages.AttachmentHash, actual);
    }

    // type "/" subtype, and parameters behind a semicolon (RFC 6838 section 4.2).
    private static bool IsMediaType(string text)
    {
        var name = text.AsSpan();
        if (name.IndexOf(';') is >= 0 and var end)
            name = name[..end].TrimEnd();
        var slash = name.IndexOf('/');
        return slash > 0 && slash < name.Length - 1 && IsToken(name[..slash]) && IsToken(name[(slash + 1)..]);
    }

    private static bool IsToken(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('!' or '#' or '$' or '&' or '-' or '^' or '_' or '.' or '+'))
                return false;
        }

        return true;
    }
}
