// Operations of scripts as requests: method, header fields and body. How the address is built is in Operations.Address.cs.

namespace FhirHub.Conformance;

/// <summary>Makes requests of the operations of R4's <c>testscript-operation-codes</c> (R4 testscript-definitions.html#TestScript.setup.action.operation).</summary>
internal static partial class Operations
{
    private const int MaxMethod = 20;

    /// <summary>The request of an operation.</summary>
    /// <exception cref="StepException">The operation lacks something, or a variable has no value.</exception>
    public static OperationRequest Plan(OperationAction operation, RunState state)
    {
        var number = operation.Destination ?? 1;
        var destination = state.Destination(number);
        var code = operation.Code?.TrimStart('$');
        var source = operation.SourceId is { } id ? SourceOf(state.Resolve(id), state) : null;
        var method = MethodOf(operation, code, source is not null, state);
        var address = AddressOf(operation, code, method, source, destination, state);
        var body = source is null || method is "GET" or "HEAD" or "DELETE" or "OPTIONS" ? Payload.None : BodyOf(operation, method, source, address, state);
        if (source is null && code == "search" && method == "POST" && operation.Url is null)
            (address, body) = AsForm(address);
        return new OperationRequest(number, method, address.Url, HeadersOf(operation, address, body, state), body) { EncodesUrl = operation.EncodesUrl };
    }

    // R4: the method is taken from the operation whatever else it says; without one the interaction tells it.
    private static string MethodOf(OperationAction operation, string? code, bool hasBody, RunState state)
    {
        if (operation.Method is { } given)
        {
            var method = state.Resolve(given).ToUpperInvariant();
            return method.Length is > 0 and <= MaxMethod && method.All(char.IsAsciiLetter) ? method : throw new StepException($"'{given}' is no HTTP method.");
        }

        return code switch
        {
            "read" or "vread" or "history" or "search" or "capabilities" => "GET",
            "create" or "batch" or "transaction" => "POST",
            "update" or "updateCreate" => "PUT",
            "patch" => "PATCH",
            "delete" or "deleteCondSingle" or "deleteCondMultiple" => "DELETE",
            null => throw new StepException("The operation has neither a type nor a method, so nothing can be sent."),

            // R4 operations.html#executing: parameters of the address by GET, resources by POST.
            _ => hasBody ? "POST" : "GET",
        };
    }

    private static Source SourceOf(string id, RunState state) =>
        state.FindBody(id) is { } body ? new Source(id, body) : throw new StepException($"There is no fixture, request or response '{id}' that could be sent.");

    private static Payload BodyOf(OperationAction operation, string method, Source source, Address address, RunState state)
    {
        var asked = operation.ContentType is { } type ? MediaTypes.Expand(state.Resolve(type)) : null;
        if (source.Body.Resource is { ResourceType: "Binary" } && (asked is null ? address.Type != "Binary" : !MediaTypes.IsFhir(asked)) && state.FindData(source.Id) is { } data)
            return asked is null ? data : new Payload(data.Bytes, asked);
        var isContained = state.IsContained(source.Id);
        var target = address.TargetId ?? (method == "PUT" && isContained ? ResourceIdentity.OfAddress(address.Url)?.Id : null);

        // What is updated by a search has no id yet, and the script's own name for it must not become one.
        var body = source.Body.Resource is { } tree && tree.ResourceType == address.Type && (isContained ? method == "PUT" : target is not null && tree.Id is null)
            ? ResourceBody.WithId(tree, target, source.Body.IsXml, source.Body.ContentType)
            : source.Body;
        if (asked is null)
            return body.ContentType is null ? new Payload(body.Bytes, MediaTypes.FhirJson) : body;
        var wanted = new Payload(default, asked);
        if (wanted.IsXml == body.IsXml || !(wanted.IsXml || wanted.IsJson))
            return new Payload(body.Bytes, asked);

        // What is no resource has no other format; it goes out as it stands, which is what a script with wrong content wants.
        return body.Resource is { } resource ? ResourceBody.Write(resource, asked) : new Payload(body.Bytes, asked);
    }

    // R4 http.html#search: the parameters as a form.
    private static (Address Address, Payload Body) AsForm(Address address)
    {
        var at = address.Url.IndexOf('?', StringComparison.Ordinal);
        var form = at < 0 ? "" : UrlText.Encode(address.Url[(at + 1)..], isWhole: true);
        return (at < 0 ? address : address with { Url = address.Url[..at] }, new Payload(System.Text.Encoding.ASCII.GetBytes(form), "application/x-www-form-urlencoded"));
    }

    private static List<KeyValuePair<string, string>> HeadersOf(OperationAction operation, Address address, Payload body, RunState state)
    {
        var headers = new List<KeyValuePair<string, string>>();
        var accept = operation.Accept is { } asked ? MediaTypes.Expand(state.Resolve(asked)) : address.IsWellKnown ? "application/json" : MediaTypes.FhirJson;
        if (accept != "none")
            headers.Add(new("Accept", accept));
        if (body.ContentType is { } contentType && (!body.Bytes.IsEmpty || operation.SourceId is not null || operation.ContentType is not null || operation.Code == "search"))
            headers.Add(new("Content-Type", contentType));
        else if (operation.ContentType is { } type)
            headers.Add(new("Content-Type", MediaTypes.Expand(state.Resolve(type))));

        // R4: given fields go out as they are, in place of the engine's own of that name.
        var given = operation.RequestHeaders.Select(header => new KeyValuePair<string, string>(state.Resolve(header.Field).Trim(), state.Resolve(header.Value))).ToList();
        headers.RemoveAll(own => given.Exists(header => header.Key.Equals(own.Key, StringComparison.OrdinalIgnoreCase)));
        headers.AddRange(given);
        return headers;
    }

    // What an operation sends, by the id that names it.
    private sealed record Source(string Id, Payload Body);
}
