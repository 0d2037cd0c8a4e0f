// Composition/$document: a composition with all that it refers to, as a document Bundle.

using System.Buffers;
using System.Text;
using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// <c>$document</c> (R4 composition-operation-document.html, documents.html#content). What the composition itself refers to must be
/// here, or there is no document; what that refers to in turn is added as far as it is here. <c>relatesTo</c> leads to other
/// documents, which are not part of this one.
/// </summary>
public static class CompositionDocument
{
    private const int MaxResources = 5_000;

    /// <summary>The operation.</summary>
    public static Operation Operation { get; } = Operation.OfR4(
        "Composition-document", "document", OperationLevels.Type | OperationLevels.Instance, ["Composition"], AnswerAsync);

    private static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, CancellationToken cancel)
    {
        var input = OperationInput.Read(call, Operation.Parameters);
        if (input.Has("graph"))
            throw new RefusedException(400, "not-supported", "This server does not build documents by a GraphDefinition; leave graph out to get all that the composition refers to.");
        var persist = input.Boolean("persist");
        if (persist && !call.IsPost)
            throw new RefusedException(405, "not-supported", "persist=true stores a Bundle, so $document is called with POST then.");
        var references = new LiteralReferences([call.BaseUrl, .. call.Server.Options.BaseUrls]);
        var read = await call.Server.Repository.ReadAsync(call.Scope, KeyOf(call, input, references), cancel);
        if (!read.IsSuccess)
            return new FhirAnswer(read.Status) { Issues = read.Issues };

        var id = ResourceRepository.NewId();
        var json = Write(call, id, await CollectAsync(call, references, read.Version!, cancel));
        if (!persist)
            return new FhirAnswer(200) { Json = json };
        var stored = await call.Server.Repository.UpdateAsync(
            call.Scope, new ResourceKey("Bundle", id), ResourceParser.ParseJson(json).Tree!, WriteConditions.None, cancel);
        return stored.IsSuccess
            ? new FhirAnswer(stored.Status) { Version = stored.Version, HasLocation = true }
            : new FhirAnswer(stored.Status) { Issues = stored.Issues };
    }

    private static ResourceKey KeyOf(FhirCall call, OperationInput input, LiteralReferences references)
    {
        var id = input.Text("id");
        if (call.Route.Id is not null)
        {
            return id is null
                ? call.Key
                : throw new RefusedException(400, "invalid", "The address names the composition already; the parameter id is for Composition/$document.");
        }

        if (id is null)
            throw new RefusedException(400, "required", "Composition/$document needs the parameter id; or call Composition/[id]/$document.");
        if (ResourceId.IsValid(id))
            return new ResourceKey("Composition", id);
        return references.TryResolve(id, out var key) && key.Type == "Composition"
            ? key
            : throw new RefusedException(400, "not-supported", "The parameter id is the id or URL of a Composition on this server; documents of compositions elsewhere are not made here.");
    }

    private static async Task<List<StoredVersion>> CollectAsync(
        FhirCall call, LiteralReferences references, StoredVersion composition, CancellationToken cancel)
    {
        var found = new List<StoredVersion> { composition };
        var missing = new List<string>();
        var seen = new HashSet<ResourceKey> { composition.Key };
        var root = call.Server.Repository.Preparer.Read(composition).Root;
        var waiting = new Queue<ElementNode>();
        foreach (var literal in DirectReferences(root))
        {
            if (!references.TryResolve(literal, out var key))
                missing.Add(literal);
            else if (seen.Add(key) && !await AddAsync(key))
                missing.Add(literal);
        }

        if (missing.Count > 0)
        {
            throw new RefusedException(
                422, "not-found", $"The document would be incomplete: the composition refers to {string.Join(", ", missing.Distinct().Take(20))}, which is not here.");
        }

        while (waiting.TryDequeue(out var resource))
        {
            foreach (var key in references.Of(resource))
            {
                if (seen.Add(key))
                    await AddAsync(key);
            }
        }

        return found;

        async Task<bool> AddAsync(ResourceKey key)
        {
            if (await call.Server.Store.ReadAsync(call.Scope, key, cancel) is not { IsDeleted: false } version)
                return false;
            if (found.Count == MaxResources)
                throw new RefusedException(400, "too-costly", $"The document would have more than {MaxResources:N0} resources.");
            found.Add(version);
            waiting.Enqueue(call.Server.Repository.Preparer.Read(version).Root);
            return true;
        }
    }

    private static IEnumerable<string> DirectReferences(ElementNode composition)
    {
        var waiting = new Stack<ElementNode>();
        waiting.Push(composition);
        while (waiting.TryPop(out var element))
        {
            if (element.Type.Name == "Reference" && element.ChildValue("reference") is { Length: > 0 } literal && literal[0] != '#')
                yield return literal;
            var children = element.Children.ToList();
            children.Reverse();
            foreach (var child in children.Where(c => c.HasChildren && !(element.IsRoot && c.Name is "relatesTo" or "contained")))
                waiting.Push(child);
        }
    }

    private static ReadOnlyMemory<byte> Write(FhirCall call, string id, List<StoredVersion> resources)
    {
        var output = new ArrayBufferWriter<byte>(16 * 1024);
        Raw($"{{\"resourceType\":\"Bundle\",\"id\":\"{id}\",\"identifier\":{{\"system\":\"urn:ietf:rfc:3986\",\"value\":\"urn:uuid:{id}\"}},\"type\":\"document\",");
        Raw($"\"timestamp\":\"{ResourceBody.FormatInstant(call.Server.Clock.GetUtcNow())}\",\"entry\":[");
        for (var i = 0; i < resources.Count; i++)
        {
            Raw(i == 0 ? "{\"fullUrl\":\"" : ",{\"fullUrl\":\"");
            output.Write(System.Text.Json.JsonEncodedText.Encode($"{call.BaseUrl}/{resources[i].Key}").EncodedUtf8Bytes);
            Raw("\",\"resource\":");
            resources[i].Body.WriteTo(output, resources[i]);
            Raw("}");
        }

        Raw("]}");
        return output.WrittenMemory;

        void Raw(string text) => output.Write(Encoding.UTF8.GetBytes(text));
    }
}
