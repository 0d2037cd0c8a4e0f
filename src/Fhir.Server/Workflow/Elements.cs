// What the rules of the workflow read from Tasks, ServiceRequests and Appointments.

using System.Text.Json;
using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server.Workflow;

/// <summary>Elements of the workflow's resources.</summary>
internal static class Elements
{
    // The parser has bounded the depth.
    private static readonly JsonDocumentOptions s_deep = new() { MaxDepth = 1000 };

    /// <summary>The code of that system in a CodeableConcept, or null.</summary>
    public static string? CodeOf(ElementNode concept, string system)
    {
        foreach (var coding in concept.ChildrenOf("coding"))
        {
            if (coding.ChildValue("system") == system)
                return coding.ChildValue("code") ?? "";
        }

        return null;
    }

    /// <summary>The code of that system in one of several CodeableConcepts, or null.</summary>
    public static string? CodeOf(ElementChildren concepts, string system)
    {
        foreach (var concept in concepts)
        {
            if (CodeOf(concept, system) is { } code)
                return code;
        }

        return null;
    }

    /// <summary>True if the concepts have more than one code of that system: each reader could take another one.</summary>
    public static bool IsAmbiguous(ElementChildren concepts, string system)
    {
        string? first = null;
        foreach (var concept in concepts)
        {
            foreach (var coding in concept.ChildrenOf("coding"))
            {
                if (coding.ChildValue("system") != system)
                    continue;
                var code = coding.ChildValue("code") ?? "";
                if (first is not null && first != code)
                    return true;
                first = code;
            }
        }

        return false;
    }

    /// <summary>The code of exchange-service that makes a Task or ServiceRequest one of the workflow; null for any other resource.</summary>
    public static string? ServiceOf(ElementNode resource) => !resource.Exists ? null : resource.Type.Name switch
    {
        "Task" => CodeOf(resource.Child("code"), ExchangeCodes.Service),
        "ServiceRequest" => CodeOf(resource.ChildrenOf("category"), ExchangeCodes.Service),
        _ => null,
    };

    /// <summary>The state in a Task's businessStatus, or null.</summary>
    public static TaskState? StateOf(ElementNode task) =>
        task.Exists ? TaskState.Find(CodeOf(task.Child("businessStatus"), ExchangeCodes.TaskState)) : null;

    /// <summary>The entries of a Task's history, the oldest first.</summary>
    public static List<ElementNode> ChangesOf(ElementNode task) => ExtensionsOf(task, ExchangeCodes.StateChange);

    /// <summary>The value of the only extension of that URL within another, or "no such element".</summary>
    public static ElementNode PartOf(ElementNode extension, string url) =>
        ExtensionsOf(extension, url) is [var part] ? part.Child("value") : default;

    /// <summary>What a Task's outputs of these types refer to.</summary>
    public static IEnumerable<ElementNode> OutputsOf(ElementNode task, params string[] kinds)
    {
        foreach (var output in task.ChildrenOf("output").ToList())
        {
            if (CodeOf(output.Child("type"), ExchangeCodes.TaskOutput) is { } kind && kinds.Contains(kind)
                && output.Child("value") is { Exists: true, Type.Name: "Reference" } value)
            {
                yield return value;
            }
        }
    }

    /// <summary>True if both hold the same; the order of members and the texts beside codes don't count.</summary>
    public static bool AreSame(ElementNode one, ElementNode other, Func<ElementNode, ResourceKey?> target)
    {
        if (!one.Exists || !other.Exists)
            return one.Exists == other.Exists;
        if (one.Type.Name == "Reference" && target(one) is { } key)
            return target(other) == key;
        if (one.Type.Name == "CodeableConcept" && CodesOf(one) is { Count: > 0 } codes)
            return codes.SetEquals(CodesOf(other));
        return AreEqual(one, other);
    }

    /// <summary>True if the elements of that name in both hold the same, in the same order.</summary>
    public static bool AreSame(ElementNode one, ElementNode other, string element, Func<ElementNode, ResourceKey?> target)
    {
        var (ones, others) = (one.ChildrenOf(element).ToList(), other.ChildrenOf(element).ToList());
        return ones.Count == others.Count && ones.Zip(others).All(pair => AreSame(pair.First, pair.Second, target));
    }

    /// <summary>True if both say the same JSON, in whatever order of members.</summary>
    public static bool AreEqual(ElementNode one, ElementNode other)
    {
        using var left = JsonDocument.Parse(ResourceWriter.ToJson(one), s_deep);
        using var right = JsonDocument.Parse(ResourceWriter.ToJson(other), s_deep);
        return JsonElement.DeepEquals(left.RootElement, right.RootElement);
    }

    private static List<ElementNode> ExtensionsOf(ElementNode element, string url)
    {
        var extensions = new List<ElementNode>();
        foreach (var extension in element.ChildrenOf("extension"))
        {
            if (extension.ChildValue("url") == url)
                extensions.Add(extension);
        }

        return extensions;
    }

    private static HashSet<(string?, string?)> CodesOf(ElementNode concept)
    {
        var codes = new HashSet<(string?, string?)>();
        foreach (var coding in concept.ChildrenOf("coding"))
            codes.Add((coding.ChildValue("system"), coding.ChildValue("code")));
        return codes;
    }
}
