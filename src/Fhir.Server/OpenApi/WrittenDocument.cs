// A document as bytes, with gaps where the address of the server goes: clients choose the header Host, and none of them makes the server write anew.

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace FhirHub.Server.OpenApi;

/// <summary>A serialized document.</summary>
internal sealed class WrittenDocument
{
    /// <summary>Stands for the address of the server as the client sees it.</summary>
    public const string BaseMark = "https://base.invalid";

    /// <summary>Stands for the issuer of tokens.</summary>
    public const string IssuerMark = "https://issuer.invalid";

    /// <summary>Stands for the FHIR base, encoded for a query.</summary>
    public const string AudienceMark = "audience.invalid";

    private readonly List<(ReadOnlyMemory<byte> Text, string? Mark)> _parts = [];
    private readonly string _hash;

    /// <summary>Takes a document apart at its marks.</summary>
    public WrittenDocument(byte[] json)
    {
        _hash = Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 12));
        Length = json.Length;
        var rest = json.AsMemory();
        while (!rest.IsEmpty)
        {
            var (at, mark) = Next(rest.Span);
            _parts.Add((rest[..at], mark));
            rest = rest[(at + (mark?.Length ?? 0))..];
        }
    }

    /// <summary>Its bytes, the marks included.</summary>
    public int Length { get; }

    /// <summary>The document for a client.</summary>
    /// <param name="address">The address of the server as the client sees it, without a slash at the end.</param>
    /// <param name="issuer">The issuer of tokens.</param>
    public ReadOnlyMemory<byte>[] For(string address, string issuer)
    {
        var values = new Dictionary<string, ReadOnlyMemory<byte>>
        {
            [BaseMark] = JsonEncodedText.Encode(address).EncodedUtf8Bytes.ToArray(),
            [IssuerMark] = JsonEncodedText.Encode(issuer).EncodedUtf8Bytes.ToArray(),
            [AudienceMark] = Encoding.UTF8.GetBytes(Uri.EscapeDataString(issuer + FhirEndpoint.Base)),
        };
        return [.. _parts.SelectMany(part => part.Mark is null ? (ReadOnlyMemory<byte>[])[part.Text] : [part.Text, values[part.Mark]])];
    }

    /// <summary>The entity tag of the document for a client.</summary>
    public string ETagFor(string address, string issuer) =>
        $"W/\"{_hash}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{address}\n{issuer}")).AsSpan(0, 6))}\"";

    private static (int At, string? Mark) Next(ReadOnlySpan<byte> text)
    {
        var (at, found) = (text.Length, (string?)null);
        foreach (var mark in (ReadOnlySpan<string>)[BaseMark, IssuerMark, AudienceMark])
        {
            var start = text[..at].IndexOf(Encoding.UTF8.GetBytes(mark));
            if (start >= 0)
                (at, found) = (start, mark);
        }

        return (at, found);
    }
}
