// A TestScript (R4 testscript.html) taken apart: what a run walks through, over the tree that it was read from.

using FhirHub.Model;

namespace FhirHub.Conformance;

/// <summary>A script that can be run. Immutable; it holds what R4 testscript.html defines, variables not yet put in.</summary>
public sealed class TestScript
{
    private TestScript(ResourceTree tree, string source)
    {
        Tree = tree;
        Source = source;
    }

    /// <summary>The resource.</summary>
    public ResourceTree Tree { get; }

    /// <summary>Where it is from, for people: a file's path as it was given, or a reference such as <c>TestScript/123</c>.</summary>
    public string Source { get; }

    /// <summary><c>TestScript.id</c>.</summary>
    public string? Id => Tree.Id;

    /// <summary><c>TestScript.url</c>; empty if there is none.</summary>
    public string Url { get; private init; } = "";

    /// <summary><c>TestScript.version</c>.</summary>
    public string? Version { get; private init; }

    /// <summary><c>TestScript.name</c>.</summary>
    public string Name { get; private init; } = "";

    /// <summary><c>TestScript.title</c>, else the name.</summary>
    public string Title { get; private init; } = "";

    /// <summary><c>TestScript.description</c>.</summary>
    public string? Description { get; private init; }

    /// <summary>What it sends and compares with, in the order of their creation.</summary>
    public IReadOnlyList<ScriptFixture> Fixtures { get; private init; } = [];

    /// <summary>The profiles that its asserts name.</summary>
    public IReadOnlyList<ScriptProfile> Profiles { get; private init; } = [];

    /// <summary>Its variables.</summary>
    public IReadOnlyList<ScriptVariable> Variables { get; private init; } = [];

    /// <summary>What must work before any test runs.</summary>
    public IReadOnlyList<ScriptAction> Setup { get; private init; } = [];

    /// <summary>The tests; each is told of by itself.</summary>
    public IReadOnlyList<ScriptTest> Tests { get; private init; } = [];

    /// <summary>What is done last, whatever happened before.</summary>
    public IReadOnlyList<ScriptAction> Teardown { get; private init; } = [];

    /// <summary>Reads a script.</summary>
    /// <param name="tree">A resource that was parsed without errors.</param>
    /// <param name="source">Where it is from, for people.</param>
    /// <exception cref="ScriptException">It is no TestScript, or one that can't be understood.</exception>
    public static TestScript Read(ResourceTree tree, string source)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var root = tree.Root;
        if (tree.ResourceType != "TestScript")
            throw new ScriptException($"{source} is a {tree.ResourceType}, not a TestScript.");
        return new TestScript(tree, source)
        {
            Url = root.ChildValue("url") ?? "",
            Version = root.ChildValue("version"),
            Name = root.ChildValue("name") ?? tree.Id ?? source,
            Title = root.ChildValue("title") ?? root.ChildValue("name") ?? tree.Id ?? source,
            Description = root.ChildValue("description"),
            Fixtures = [.. root.ChildrenOf("fixture").ToList().Select(static fixture => new ScriptFixture(fixture))],
            Profiles = [.. root.ChildrenOf("profile").ToList().Select(static profile => new ScriptProfile(profile.ChildValue("id") ?? "", profile.ChildValue("reference") ?? ""))],
            Variables = [.. root.ChildrenOf("variable").ToList().Select(static variable => new ScriptVariable(variable))],
            Setup = ScriptAction.ReadAll(root.Child("setup")),
            Tests = [.. root.ChildrenOf("test").ToList().Select(static (test, index) => new ScriptTest(test, index + 1))],
            Teardown = ScriptAction.ReadAll(root.Child("teardown")),
        };
    }
}

/// <summary>A fixture (R4 TestScript.fixture).</summary>
/// <param name="Node">The element.</param>
public sealed record ScriptFixture(ElementNode Node)
{
    /// <summary>The id that operations and asserts name it by.</summary>
    public string Id { get; } = Node.ChildValue("id") ?? "";

    /// <summary>True if it is created on the server before setup.</summary>
    public bool IsCreated { get; } = Node.Child("autocreate") is { Exists: true } create && create.GetBoolean() == true;

    /// <summary>True if it is deleted from the server after teardown.</summary>
    public bool IsDeleted { get; } = Node.Child("autodelete") is { Exists: true } delete && delete.GetBoolean() == true;

    /// <summary>Where its content is: <c>#id</c> for a contained resource, a path beside the script, or an address; null if it has none.</summary>
    public string? Reference { get; } = Node.Child("resource") is { Exists: true } resource ? resource.ChildValue("reference") : null;
}

/// <summary>A profile that asserts name (R4 TestScript.profile).</summary>
/// <param name="Id">The id that asserts name it by.</param>
/// <param name="Reference">Its canonical URL, or a reference to a StructureDefinition.</param>
public sealed record ScriptProfile(string Id, string Reference);

/// <summary>A variable (R4 TestScript.variable).</summary>
/// <param name="Node">The element.</param>
public sealed record ScriptVariable(ElementNode Node)
{
    /// <summary>The name in <c>${name}</c>.</summary>
    public string Name { get; } = Node.ChildValue("name") ?? "";

    /// <summary>The value where nothing else gives one.</summary>
    public string? DefaultValue => Node.ChildValue("defaultValue");

    /// <summary>What to enter, for people.</summary>
    public string? Hint => Node.ChildValue("hint");

    /// <summary>FHIRPath over the source.</summary>
    public string? Expression => Node.ChildValue("expression");

    /// <summary>XPath or JSONPath over the source.</summary>
    public string? Path => Node.ChildValue("path");

    /// <summary>A header of the source.</summary>
    public string? HeaderField => Node.ChildValue("headerField");

    /// <summary>The fixture, request or response that it is read from; the last response if null.</summary>
    public string? SourceId => Node.ChildValue("sourceId");
}

/// <summary>A test (R4 TestScript.test).</summary>
/// <param name="Node">The element.</param>
/// <param name="Number">Its place among the tests, from 1.</param>
public sealed record ScriptTest(ElementNode Node, int Number)
{
    /// <summary>The id of the element.</summary>
    public string? Id => Node.ChildValue("id");

    /// <summary>Its name, or one made of its number.</summary>
    public string Name { get; } = Node.ChildValue("name") ?? Node.ChildValue("id") ?? $"Test {Number}";

    /// <summary>What it proves.</summary>
    public string? Description => Node.ChildValue("description");

    /// <summary>What it does.</summary>
    public IReadOnlyList<ScriptAction> Actions { get; } = ScriptAction.ReadAll(Node);
}
