// Asserts that run another script: fhir-crucible's extensions assert-subtest and assert-subtest-each.

using FhirHub.Model;

namespace FhirHub.Conformance;

/// <summary>What such an assert asks for.</summary>
/// <param name="TestName">The script's name.</param>
/// <param name="Bindings">Variables of this script, whose values the other one's variables get.</param>
/// <param name="EachTarget">The variable that gets each value of the assert's expression in turn; null to run once.</param>
/// <param name="AllMustPass">True if every run must pass; else one is enough.</param>
internal sealed record Subtest(string TestName, IReadOnlyList<(string Source, string Target)> Bindings, string? EachTarget, bool AllMustPass)
{
    private const string Url = "https://fhir-crucible.github.io/testscript-engine-ig/StructureDefinition/assert-subtest";

    /// <summary>Reads the extension; null if the assert has none.</summary>
    /// <exception cref="StepException">It says no script, or no variable for the values.</exception>
    public static Subtest? Read(AssertAction assert)
    {
        foreach (var extension in assert.Node.ChildrenOf("extension"))
        {
            if (extension.ChildValue("url") is Url or $"{Url}-each" && extension.Child("extension").Exists)
                return Read(extension, isEach: extension.ChildValue("url") != Url);
        }

        return null;
    }

    private static Subtest Read(ElementNode extension, bool isEach)
    {
        var bindings = new List<(string, string)>();
        string? name = null, target = null;
        var mustAll = true;
        foreach (var part in extension.ChildrenOf("extension"))
        {
            switch (part.ChildValue("url"))
            {
                case "testName":
                    name = part.ChildValue("value");
                    break;
                case "bindEachTarget":
                    target = part.ChildValue("value");
                    break;
                case "allMustPass":
                    mustAll = part.Child("value").GetBoolean() != false;
                    break;
                case "bindVariable" when Binding(part) is { } binding:
                    bindings.Add(binding);
                    break;
            }
        }

        if (name is null)
            throw new StepException("The subtest names no script (testName).");
        if (isEach && target is null)
            throw new StepException("The subtest names no variable that gets each value (bindEachTarget).");
        return new Subtest(name, bindings, isEach ? target : null, mustAll);
    }

    private static (string, string)? Binding(ElementNode extension)
    {
        var parts = extension.ChildrenOf("extension").ToList();
        var source = parts.Find(static part => part.ChildValue("url") == "bindSource").ChildValue("value");
        var target = parts.Find(static part => part.ChildValue("url") == "bindTarget").ChildValue("value");
        return source is null || target is null ? null : (source, target);
    }
}
