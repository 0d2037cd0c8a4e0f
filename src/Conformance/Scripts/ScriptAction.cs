// A step of a script: an operation that sends a request, or an assert that judges what came back.

using FhirHub.Model;

namespace FhirHub.Conformance;

/// <summary>An operation or an assert (R4 TestScript.setup.action). Variables are not put in yet.</summary>
/// <param name="Node">The <c>operation</c> or <c>assert</c> element.</param>
public abstract record ScriptAction(ElementNode Node)
{
    /// <summary>A short name for logs.</summary>
    public string? Label => Node.ChildValue("label");

    /// <summary>What it is for.</summary>
    public string? Description => Node.ChildValue("description");

    /// <summary>The actions of setup, a test or teardown; none if the element is not there.</summary>
    internal static IReadOnlyList<ScriptAction> ReadAll(ElementNode parent)
    {
        var actions = new List<ScriptAction>();
        if (!parent.Exists)
            return actions;
        foreach (var action in parent.ChildrenOf("action"))
        {
            if (action.Child("operation") is { Exists: true } operation)
                actions.Add(new OperationAction(operation));

            // R4 allows one of them; a script that has both means them in this order.
            if (action.Child("assert") is { Exists: true } assert)
                actions.Add(new AssertAction(assert));
        }

        return actions;
    }

    /// <summary>The boolean of an element that may be missing.</summary>
    protected bool? Boolean(string name) => Node.Child(name) is { Exists: true } child ? child.GetBoolean() : null;

    /// <summary>The integer of an element that may be missing.</summary>
    protected int? Integer(string name) => Node.Child(name) is { Exists: true } child && child.GetDecimal() is { } number ? (int)number : null;
}

/// <summary>A request to be sent (R4 TestScript.setup.action.operation).</summary>
/// <param name="Node">The element.</param>
public sealed record OperationAction(ElementNode Node) : ScriptAction(Node)
{
    /// <summary>The code of its type, such as <c>read</c>; null where method and address say it all.</summary>
    public string? Code => Node.Child("type") is { Exists: true } type ? type.ChildValue("code") : null;

    /// <summary>The code system of its type.</summary>
    public string? System => Node.Child("type") is { Exists: true } type ? type.ChildValue("system") : null;

    /// <summary>The resource type.</summary>
    public string? Resource => Node.ChildValue("resource");

    /// <summary><c>Accept</c>: <c>json</c>, <c>xml</c>, or a media type.</summary>
    public string? Accept => Node.ChildValue("accept");

    /// <summary><c>Content-Type</c>: <c>json</c>, <c>xml</c>, or a media type.</summary>
    public string? ContentType => Node.ChildValue("contentType");

    /// <summary>The server that is asked, from 1; null for the first.</summary>
    public int? Destination => Integer("destination");

    /// <summary>The client that asks, from 1; null for the first.</summary>
    public int? Origin => Integer("origin");

    /// <summary>True if what is not allowed in an address is encoded.</summary>
    public bool EncodesUrl => Boolean("encodeRequestUrl") ?? true;

    /// <summary>The HTTP method in lower case, where it is given.</summary>
    public string? Method => Node.ChildValue("method");

    /// <summary>What follows type and id in the address.</summary>
    public string? Params => Node.ChildValue("params");

    /// <summary>The header fields.</summary>
    public IEnumerable<(string Field, string Value)> RequestHeaders =>
        Node.ChildrenOf("requestHeader").ToList().Select(static header => (header.ChildValue("field") ?? "", header.ChildValue("value") ?? ""));

    /// <summary>The id under which the request is kept.</summary>
    public string? RequestId => Node.ChildValue("requestId");

    /// <summary>The id under which the response is kept.</summary>
    public string? ResponseId => Node.ChildValue("responseId");

    /// <summary>The fixture that is sent.</summary>
    public string? SourceId => Node.ChildValue("sourceId");

    /// <summary>The fixture or response whose id stands in the address.</summary>
    public string? TargetId => Node.ChildValue("targetId");

    /// <summary>The whole address, which goes before all that would make one.</summary>
    public string? Url => Node.ChildValue("url");
}

/// <summary>What must be true (R4 TestScript.setup.action.assert).</summary>
/// <param name="Node">The element.</param>
public sealed record AssertAction(ElementNode Node) : ScriptAction(Node)
{
    private const string StopExtension = "http://hl7.org/fhir/5.0/StructureDefinition/extension-TestScript.test.action.assert.stopTestOnFail";

    /// <summary>True for an assert on the request, false for one on the response.</summary>
    public bool IsOfRequest => Node.ChildValue("direction") == "request";

    /// <summary>The fixture, request or response that is judged; the last one if null.</summary>
    public string? SourceId => Node.ChildValue("sourceId");

    /// <summary>The comparison, such as <c>equals</c>; null for the assert's own default.</summary>
    public string? Operator => Node.ChildValue("operator");

    /// <summary>True if a failure is a warning only.</summary>
    public bool IsWarningOnly => Boolean("warningOnly") == true;

    /// <summary>
    /// False if the test goes on after a failure: R5's <c>stopTestOnFail</c> as the extension that R5 defines for R4 (R5 versions.html#extensions).
    /// Without it a test ends with its first failure.
    /// </summary>
    public bool StopsTestOnFail
    {
        get
        {
            foreach (var extension in Node.ChildrenOf("extension"))
            {
                if (extension.ChildValue("url") == StopExtension)
                    return extension.Child("value") is not { Exists: true } value || value.GetBoolean() != false;
            }

            return true;
        }
    }
}
