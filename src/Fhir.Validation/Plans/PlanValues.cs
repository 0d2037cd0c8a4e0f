// Fixed values, patterns and bounds of a profile in one small tree of their own, so that a plan keeps nothing else of its definition.

using System.Buffers;
using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Collects the values of a profile's elements while it is compiled.</summary>
internal sealed class PlanValues
{
    private readonly ArrayBufferWriter<byte> _json = new();
    private readonly List<ElementPlan> _plans = [];

    /// <summary>Notes the values of an element; false if it has none.</summary>
    public bool Add(ElementPlan plan, ElementNode element)
    {
        if (!element.Child("fixed").Exists && !element.Child("pattern").Exists && !element.Child("minValue").Exists && !element.Child("maxValue").Exists)
            return false;
        _json.Write(_plans.Count == 0 ? "{\"resourceType\":\"StructureDefinition\",\"differential\":{\"element\":[{"u8 : ",{"u8);
        ResourceWriter.WriteMembers(element, _json, leadingComma: false, static member => member.Name is "path" or "fixed" or "pattern" or "minValue" or "maxValue");
        _json.Write("}"u8);
        _plans.Add(plan);
        return true;
    }

    /// <summary>Gives the elements their values.</summary>
    public void Assign()
    {
        if (_plans.Count == 0)
            return;
        _json.Write("]}}"u8);
        // What is missing for a whole StructureDefinition is not looked at.
        var tree = ResourceParser.ParseJson(_json.WrittenSpan.ToArray(), limits: new ParseLimits { MaxIssues = int.MaxValue }).Tree!;
        var at = 0;
        foreach (var element in tree.Root.Child("differential").ChildrenOf("element"))
        {
            var plan = _plans[at++];
            plan.Fixed = element.Child("fixed");
            plan.Pattern = element.Child("pattern");
            plan.MinValue = element.Child("minValue");
            plan.MaxValue = element.Child("maxValue");
        }
    }
}
