// The steps of a test while it is being made.

using System.Text.Json.Nodes;

namespace FhirHub.Conformance.Generation;

/// <summary>An operation of a script.</summary>
/// <param name="Code">A code of <c>testscript-operation-codes</c>.</param>
/// <param name="Resource">The resource type; null for the whole server.</param>
internal sealed record OperationDraft(string? Code, string? Resource)
{
    public string? Description { get; init; }

    public string? Accept { get; init; }

    public string? ContentType { get; init; }

    public string? Method { get; init; }

    public string? Params { get; init; }

    public string? SourceId { get; init; }

    public string? TargetId { get; init; }

    public string? ResponseId { get; init; }

    public string? Url { get; init; }

    public IReadOnlyList<(string Field, string Value)> Headers { get; init; } = [];
}

/// <summary>The steps of a test, of setup or of teardown.</summary>
internal sealed class TestDraft
{
    private const string Operations = "http://terminology.hl7.org/CodeSystem/testscript-operation-codes";

    /// <summary>The steps so far.</summary>
    public JsonArray Actions { get; } = [];

    /// <summary>Sends a request.</summary>
    public TestDraft Send(OperationDraft draft)
    {
        var operation = new JsonObject();
        if (draft.Code is not null)
            operation["type"] = new JsonObject { ["system"] = Operations, ["code"] = draft.Code };
        Put("resource", draft.Resource);
        Put("description", draft.Description);
        Put("accept", draft.Accept);
        Put("contentType", draft.ContentType);
        operation["encodeRequestUrl"] = true;
        Put("method", draft.Method);
        Put("params", draft.Params);
        if (draft.Headers.Count > 0)
            operation["requestHeader"] = new JsonArray([.. draft.Headers.Select(static header => new JsonObject { ["field"] = header.Field, ["value"] = header.Value })]);
        Put("responseId", draft.ResponseId);
        Put("sourceId", draft.SourceId);
        Put("targetId", draft.TargetId);
        Put("url", draft.Url);
        Actions.Add(new JsonObject { ["operation"] = operation });
        return this;

        void Put(string name, string? value)
        {
            if (value is not null)
                operation[name] = value;
        }
    }

    /// <summary>The status must be one of these codes.</summary>
    public TestDraft Status(params ReadOnlySpan<int> codes) => codes.Length == 1
        ? Assert(null, ("responseCode", $"{codes[0]}"))
        : Assert(null, ("operator", "in"), ("responseCode", string.Join(',', codes.ToArray())));

    /// <summary>The body must be a resource of a type, as JSON.</summary>
    public TestDraft Answers(string type) => Assert(null, ("contentType", "json")).Assert(null, ("resource", type));

    /// <summary>A boolean FHIRPath over the body must be true.</summary>
    public TestDraft True(string description, string expression) => Assert(description, ("expression", expression), ("operator", "eval"));

    /// <summary>A header field must compare with a value; with none, for comparisons that need none.</summary>
    public TestDraft Header(string field, string value, string comparison = "equals") => Assert(null, ("headerField", field), ("operator", comparison), ("value", value));

    /// <summary>The body must hold all that a fixture has.</summary>
    public TestDraft Holds(string fixture) => Assert(null, ("minimumId", fixture));

    /// <summary>The body must meet a profile.</summary>
    public TestDraft Meets(string profile) => Assert(null, ("validateProfileId", profile));

    /// <summary>The request must be refused, and the answer must say why.</summary>
    public TestDraft Refused(params ReadOnlySpan<int> codes) =>
        Status(codes).Answers("OperationOutcome").True("It says what is wrong, and what to do.", "OperationOutcome.issue.where((severity = 'error' or severity = 'fatal') and code.exists() and (diagnostics.exists() or details.exists())).exists()");

    /// <summary>Adds an assert.</summary>
    /// <param name="description">What it is for; null where its elements say it.</param>
    /// <param name="elements">Its elements.</param>
    public TestDraft Assert(string? description, params ReadOnlySpan<(string Name, string Value)> elements)
    {
        var assert = new JsonObject();
        if (description is not null)
            assert["description"] = description;

        // In the order of R4's own definition, which XML needs and people expect.
        foreach (var name in (string[])["contentType", "expression", "headerField", "minimumId", "operator", "resource", "responseCode", "sourceId", "validateProfileId", "value"])
        {
            foreach (var (element, value) in elements)
            {
                if (element == name && value.Length > 0)
                    assert[name] = value;
            }
        }

        assert["warningOnly"] = false;
        Actions.Add(new JsonObject { ["assert"] = assert });
        return this;
    }
}
