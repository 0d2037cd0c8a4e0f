// Unique identifiers (PS3.5 9): their form, and new ones.

using System.Buffers.Binary;
using System.Globalization;

namespace FhirHub.Dicom;

/// <summary>Checks and makes UIDs (PS3.5 9).</summary>
public static class DicomUid
{
    /// <summary>The most characters that a UID may have.</summary>
    public const int MaxLength = 64;

    /// <summary>The Implementation Class UID that this toolkit writes into files (PS3.10 7.1).</summary>
    public const string ImplementationClass = "2.25.256984047954419410940011347249579984353";

    /// <summary>The Implementation Version Name that it writes.</summary>
    public const string ImplementationVersionName = "FHIRHUB_1";

    /// <summary>Whether it is one: up to 64 digits and dots, components without leading zeros, the first 0, 1 or 2.</summary>
    public static bool IsValid(ReadOnlySpan<char> uid) => Problem(uid) is null;

    /// <summary>What is wrong with it, to follow "the UID"; null if nothing is.</summary>
    public static string? Problem(ReadOnlySpan<char> uid)
    {
        if (uid.IsEmpty)
            return "is empty";
        if (uid.Length > MaxLength)
            return $"has {uid.Length} characters, more than {MaxLength}";
        if (uid[0] is < '0' or > '2' || (uid.Length > 1 && uid[1] != '.'))
            return "does not begin with 0., 1. or 2.";
        var start = 0;
        for (var i = 0; i <= uid.Length; i++)
        {
            if (i < uid.Length && uid[i] != '.')
            {
                if (!char.IsAsciiDigit(uid[i]))
                    return "has a character other than digits and dots";
                continue;
            }

            if (i == start)
                return "has an empty component";
            if (i - start > 1 && uid[start] == '0')
                return "has a component with a leading zero";
            start = i + 1;
        }

        return null;
    }

    /// <summary>A new one, made of a random UUID under the root 2.25 (PS3.5 B.2).</summary>
    public static string New() => FromUuid(Guid.NewGuid());

    /// <summary>The UID of a UUID under the root 2.25 (PS3.5 B.2).</summary>
    public static string FromUuid(Guid uuid)
    {
        Span<byte> bytes = stackalloc byte[16];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        var number = new UInt128(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
        return string.Create(CultureInfo.InvariantCulture, $"2.25.{number}");
    }
}
