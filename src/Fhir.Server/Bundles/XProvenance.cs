// X-Provenance: a Provenance in a header that is stored with what the request writes (R4 provenance.html#header).

using System.Buffers;
using System.Text;
using System.Text.Json;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>The Provenance of a request's writes, in the same commit as they.</summary>
internal static class XProvenance
{
    /// <summary>The header's name.</summary>
    public const string Header = "X-Provenance";

    /// <summary>The Provenance that a request carries; default if it has none.</summary>
    /// <exception cref="RefusedException">The header does not hold a Provenance.</exception>
    public static ElementNode Of(HttpExchange exchange)
    {
        if (exchange.Header(Header) is not { } header)
            return default;
        var (provenance, refusal) = Parse(header);
        return refusal is null ? provenance : throw new RefusedException(refusal.Status, refusal.Issues);
    }

    /// <summary>Reads the header; its target may be missing, since the server fills it.</summary>
    public static (ElementNode Provenance, InteractionResult? Refusal) Parse(string header)
    {
        var parsed = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(header));
        var issues = parsed.Issues.Where(i => i is not { Code: "required", Expression: "Provenance.target" }).ToList();
        if (parsed.Tree is { ResourceType: not "Provenance" } other)
            issues.Add(Issue.Error("value", $"{Header} holds a {other.ResourceType}; it must be a Provenance as JSON.", other.ResourceType));
        return parsed.Tree is null || issues.Any(i => i.Severity is IssueSeverity.Error or IssueSeverity.Fatal)
            ? (default, InteractionResult.Refused(400, [.. issues.Select(i => i with { Diagnostics = $"{Header}: {i.Diagnostics}" })]))
            : (parsed.Tree.Root, null);
    }

    /// <summary>
    /// Adds the Provenance to writes about to be committed. Its targets are the versions that they will make, so every write gets
    /// the version that it must meet; the caller plans again if that fails.
    /// </summary>
    /// <returns>Why the Provenance can't be stored, or null.</returns>
    public static async Task<InteractionResult?> AddAsync(
        ResourceRepository repository, AccessScope scope, ElementNode provenance, IList<ResourceWrite> writes, CancellationToken cancel)
    {
        var targets = new List<string>();
        for (var i = 0; i < writes.Count; i++)
        {
            // What the server changes with it may be what the client can't see.
            if (writes[i] is not PutResource put || (put.IsConsequence && !scope.IsUnfiltered(put.Key.Type, AccessLetter.Read)))
                continue;
            var current = put.Base;
            if (current is null && put.ExpectedVersion != 0)
                current = await repository.Store.ReadAsync(scope.By(AccessLetter.Update), put.Key, cancel);
            var isUnchanged = current is { IsDeleted: false } && current.Body.Tail.Span.SequenceEqual(put.Resource.Body.Tail.Span);
            var version = isUnchanged ? current!.Version : (current?.Version ?? 0) + 1;
            writes[i] = put with { Base = current, ExpectedVersion = current?.Version ?? 0 };
            targets.Add($"{put.Key}/_history/{version}");
        }

        if (targets.Count == 0)
            return null;
        var parsed = ResourceParser.ParseJson(WithTargets(provenance, targets));
        if (!parsed.IsValid)
            return InteractionResult.Refused(400, parsed.Issues);
        var prepared = await repository.Preparer.PrepareAsync(parsed.Tree!.Root, "Provenance", new WriteSource(scope), cancel);
        if (prepared.Refusal is { } refusal)
            return refusal;
        writes.Add(new PutResource(new ResourceKey("Provenance", ResourceRepository.NewId()), prepared.Resource!, WriteMethod.Post) { ExpectedVersion = 0 });
        return null;
    }

    private static ReadOnlyMemory<byte> WithTargets(ElementNode provenance, List<string> targets)
    {
        var output = new ArrayBufferWriter<byte>(provenance.Json.Length + (targets.Count * 96));
        output.Write("{\"resourceType\":\"Provenance\",\"target\":["u8);
        var comma = false;
        foreach (var given in provenance.ChildrenOf("target"))
        {
            if (comma)
                output.Write(","u8);
            ResourceWriter.WriteJson(given, output);
            comma = true;
        }

        foreach (var target in targets)
        {
            output.Write(comma ? ",{\"reference\":\""u8 : "{\"reference\":\""u8);
            output.Write(JsonEncodedText.Encode(target).EncodedUtf8Bytes);
            output.Write("\"}"u8);
            comma = true;
        }

        output.Write("]"u8);
        ResourceWriter.WriteMembers(provenance, output, leadingComma: true, static e => e.Name is not ("target" or "id"));
        output.Write("}"u8);
        return output.WrittenMemory;
    }
}
