// A TestScript while it is being made.

using System.Text.Json.Nodes;

namespace FhirHub.Conformance.Generation;

/// <summary>A script under way.</summary>
/// <param name="actor">Whose CapabilityStatement it proves.</param>
/// <param name="subject">What it is about: a resource type or <c>System</c>.</param>
internal sealed class ScriptDraft(Capability actor, string subject)
{
    private readonly JsonArray _contained = [];
    private readonly JsonArray _fixtures = [];
    private readonly JsonArray _profiles = [];
    private readonly JsonArray _variables = [];
    private readonly JsonArray _tests = [];
    private readonly JsonArray _links = [];

    /// <summary>What is done before the tests.</summary>
    public TestDraft Setup { get; } = new();

    /// <summary>What is done after them.</summary>
    public TestDraft Teardown { get; } = new();

    /// <summary>The number of tests.</summary>
    public int Count => _tests.Count;

    /// <summary>Adds a section of the standard that is proved.</summary>
    public void Prove(string link)
    {
        if (!_links.Any(known => (string?)known == link))
            _links.Add(link);
    }

    /// <summary>Adds a fixture.</summary>
    public string Fixture(string id, JsonObject content)
    {
        if (_fixtures.Any(known => (string?)known!["id"] == id))
            return id;
        var resource = new JsonObject { ["resourceType"] = (string?)content["resourceType"], ["id"] = id };
        foreach (var (name, value) in content)
        {
            if (name is not ("resourceType" or "id"))
                resource[name] = value?.DeepClone();
        }

        _contained.Add(resource);
        _fixtures.Add(new JsonObject { ["id"] = id, ["autocreate"] = false, ["autodelete"] = false, ["resource"] = new JsonObject { ["reference"] = $"#{id}" } });
        return id;
    }

    /// <summary>A copy of what a fixture holds.</summary>
    public JsonObject Content(string id) => (JsonObject)_contained.First(resource => (string?)resource!["id"] == id)!.DeepClone();

    /// <summary>Adds a fixture whose content is sent as it is: what is no resource, or no good one.</summary>
    public string Data(string id, string contentType, string text) => Fixture(id, new JsonObject
    {
        ["resourceType"] = "Binary",
        ["contentType"] = contentType,
        ["data"] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text)),
    });

    /// <summary>Names a profile for asserts.</summary>
    public string Profile(string url)
    {
        var id = url[(url.LastIndexOf('/') + 1)..];
        if (!_profiles.Any(known => (string?)known!["id"] == id))
            _profiles.Add(new JsonObject { ["id"] = id, ["reference"] = url });
        return id;
    }

    /// <summary>Adds a variable that is read from a body.</summary>
    public void Variable(string name, string expression, string sourceId) =>
        _variables.Add(new JsonObject { ["name"] = name, ["expression"] = expression, ["sourceId"] = sourceId });

    /// <summary>Adds a variable that has a value from the start.</summary>
    public void Value(string name, string value) => _variables.Add(new JsonObject { ["name"] = name, ["defaultValue"] = value });

    /// <summary>Leaves out tests that other scripts have word for word, and tells the others that this one has them.</summary>
    /// <param name="known">The scripts that tests are in.</param>
    /// <param name="path">This script.</param>
    /// <returns>The scripts that have what was left out.</returns>
    public IReadOnlyList<string> LeaveOut(IDictionary<string, string> known, string path)
    {
        var others = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var test in _tests.ToList())
        {
            var text = $"{subject} {test!["name"]} {test["action"]!.ToJsonString()}";
            if (known.TryAdd(text, path))
                continue;
            others.Add(known[text]);
            _tests.Remove(test);
        }

        return [.. others];
    }

    /// <summary>Leaves out fixtures, variables and profiles that no test needs, directly or by another fixture.</summary>
    public void Prune()
    {
        var text = new System.Text.StringBuilder(_tests.ToJsonString());
        var (used, grew) = (new HashSet<JsonNode>(ReferenceEqualityComparer.Instance), true);
        while (grew)
        {
            grew = false;
            foreach (var node in _contained.Concat(_variables).Concat(_profiles).OfType<JsonNode>().Where(node => !used.Contains(node)).ToList())
            {
                var name = (string)(node["id"] ?? node["name"])!;
                var sofar = text.ToString();
                if (!sofar.Contains($"\"{name}\"", StringComparison.Ordinal) && !sofar.Contains($"\"created-{name}\"", StringComparison.Ordinal) && !sofar.Contains($"${{{name}}}", StringComparison.Ordinal))
                    continue;
                grew = used.Add(node);
                text.Append(node.ToJsonString());
            }
        }

        foreach (var list in (JsonArray[])[_contained, _variables, _profiles])
        {
            foreach (var node in list.Where(node => !used.Contains(node!)).ToList())
                list.Remove(node);
        }

        foreach (var fixture in _fixtures.Where(fixture => !_contained.Any(resource => (string?)resource!["id"] == (string?)fixture!["id"])).ToList())
            _fixtures.Remove(fixture);
    }

    /// <summary>True if the script has a fixture.</summary>
    public bool Has(string fixture) => _fixtures.Any(known => (string?)known!["id"] == fixture);

    /// <summary>Adds a test.</summary>
    public TestDraft Test(string name, string description)
    {
        var test = new TestDraft();
        _tests.Add(new JsonObject { ["name"] = name, ["description"] = description, ["action"] = test.Actions });
        return test;
    }

    /// <summary>The resource.</summary>
    /// <param name="description">What the script proves.</param>
    public JsonObject Write(string description)
    {
        var name = string.Concat($"{actor.Id}-{subject}".Split('-').Where(static word => word.Length > 0).Select(static word => char.ToUpperInvariant(word[0]) + word[1..]));
        var root = actor.Url.StartsWith("https://fhirhub.dev/", StringComparison.Ordinal) ? "https://fhirhub.dev/fhir/TestScript" : "urn:testscript";
        var script = new JsonObject
        {
            ["resourceType"] = "TestScript",
            ["id"] = $"{actor.Id}-{subject.ToLowerInvariant()}",
            ["url"] = root.StartsWith("urn:", StringComparison.Ordinal) ? $"{root}:{actor.Id}-{subject.ToLowerInvariant()}" : $"{root}/{actor.Id}-{subject.ToLowerInvariant()}",
            ["version"] = "1.0.0",
            ["name"] = $"Actor{name}",
            ["title"] = $"{actor.Title}: {subject}",
            ["status"] = "active",
            ["description"] = description,
        };
        if (_links.Count > 0)
        {
            script["metadata"] = new JsonObject
            {
                ["capability"] = new JsonArray(new JsonObject
                {
                    ["required"] = true,
                    ["validated"] = true,
                    ["description"] = $"What {actor.Title} needs of {subject}.",
                    ["link"] = _links,
                    ["capabilities"] = actor.Url,
                }),
            };
        }

        Put("contained", _contained);
        Put("fixture", _fixtures);
        Put("profile", _profiles);
        Put("variable", _variables);
        if (Setup.Actions.Count > 0)
            script["setup"] = new JsonObject { ["action"] = Setup.Actions };
        Put("test", _tests);
        if (Teardown.Actions.Count > 0)
            script["teardown"] = new JsonObject { ["action"] = Teardown.Actions };
        return script;

        void Put(string element, JsonArray items)
        {
            if (items.Count > 0)
                script[element] = items;
        }
    }
}
