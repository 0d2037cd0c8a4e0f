// The rules of one element that its base definition does not have.

using FhirHub.Model;

namespace FhirHub.Validation;

internal sealed partial class PlanCompiler
{
    private const string BestPractice = "http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice";
    private const string MaxValueSet = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet";

    private ElementPlan MakePlan(SnapshotElement element, Place place, List<TypePlan> types, bool isSlice, TypeDefinition? type)
    {
        var node = element.Node;
        var schema = place.Element;
        var (kept, narrows) = DifferentTypes(types, place);
        return new ElementPlan(element.Id, _profile)
        {
            Name = schema.Name,
            SliceName = element.SliceName,
            Min = isSlice || element.Min > schema.Min ? element.Min : 0,
            Max = element.Max is { } max && (isSlice || max < schema.Max) ? max : int.MaxValue,
            Types = kept,
            NarrowsTypes = narrows,
            ConstrainsReferences = kept.Exists(static kept => kept.ConstrainsReferences),
            HasTypeProfiles = kept.Exists(static kept => kept.Profiles.Count > 0),
            Constraints = Constraints(node, place.Base, type),
            Binding = DifferentBinding(node, place.Base),
            MaxLength = node.Child("maxLength") is { Exists: true } length && length.GetDecimal() is { } longest and > 0 and <= int.MaxValue ? (int)longest : 0,
            MustSupport = node.Child("mustSupport") is { Exists: true } mustSupport && mustSupport.GetBoolean() == true,
        };
    }

    private static List<TypePlan> ReadTypes(ElementNode node)
    {
        var types = new List<TypePlan>();
        foreach (var type in node.ChildrenOf("type"))
        {
            types.Add(new TypePlan(
                type.ChildValue("code") ?? "", Texts(type, "profile"), Texts(type, "targetProfile"), Texts(type, "aggregation"), type.ChildValue("versioning")));
        }

        return types;
    }

    private static string[] Texts(ElementNode node, string name)
    {
        List<string>? texts = null;
        foreach (var child in node.ChildrenOf(name))
        {
            if (child.GetString() is { } text)
                (texts ??= []).Add(text);
        }

        return texts is null ? [] : [.. texts];
    }

    // The type whose elements the children are.
    private static TypeDefinition ChildType(List<TypePlan> types, ElementDefinition schema)
    {
        if (schema.Types[0].Kind == TypeKind.Backbone)
            return schema.Types[0];
        return SingleType(types) ?? (schema.Types.Count == 1 ? schema.Types[0] : Schema.R4.FindType("Element")!);
    }

    private static TypeDefinition? SingleType(List<TypePlan> types)
    {
        TypeDefinition? single = null;
        foreach (var type in types)
        {
            if (type.Type is null || (single is not null && !ReferenceEquals(single, type.Type)))
                return null;
            single = type.Type;
        }

        return single;
    }

    // The types, unless they are what the base definition has; and whether there are fewer.
    private static (List<TypePlan> Types, bool Narrows) DifferentTypes(List<TypePlan> types, Place place)
    {
        if (types.Count == 0)
            return (types, false);
        var schema = place.Element;
        var narrows = false;
        if (schema.Types[0].Kind != TypeKind.Backbone)
        {
            foreach (var type in schema.Types)
                narrows |= !types.Exists(mine => mine.Type is null || ReferenceEquals(mine.Type, type));
        }

        if (narrows)
            return (types, true);
        if (place.Base is { Types.Count: > 0 } basePlan)
            return types.Count == basePlan.Types.Count && types.TrueForAll(mine => basePlan.Types.Any(mine.IsSameAs)) ? ([], false) : (types, false);
        return types.Exists(static mine => mine.Profiles.Count > 0 || mine.ConstrainsReferences) ? (types, false) : ([], false);
    }

    private ConstraintPlan[] Constraints(ElementNode node, ElementPlan? basePlan, TypeDefinition? type)
    {
        List<ConstraintPlan>? constraints = null;
        foreach (var constraint in node.ChildrenOf("constraint"))
        {
            var key = constraint.ChildValue("key") ?? "";
            var expression = constraint.ChildValue("expression");
            if (IsPartOfTheWalk(key, expression))
                continue;
            var human = constraint.Child("human");
            var rule = new ConstraintPlan(
                key, expression, constraint.ChildValue("human") ?? "", human.Exists ? ChineseOf(human) : null,
                constraint.ChildValue("severity") != "warning", IsBestPractice(constraint));
            if (IsKnown(rule, basePlan) || (type is { IsPrimitive: false } && IsKnown(rule, TypeRoot(type))))
                continue;
            (constraints ??= []).Add(_rules.Share(rule));
        }

        return constraints is null ? [] : [.. constraints];
    }

    // R4 extension-translation.html; messages are in simplified characters, so other Chinese is left alone.
    private static string? ChineseOf(ElementNode text)
    {
        foreach (var translation in text.ChildrenOf("extension"))
        {
            if (translation.ChildValue("url") != "http://hl7.org/fhir/StructureDefinition/translation")
                continue;
            string? language = null, content = null;
            foreach (var part in translation.ChildrenOf("extension"))
            {
                if (part.ChildValue("url") == "lang")
                    language = part.ChildValue("value");
                else if (part.ChildValue("url") == "content")
                    content = part.ChildValue("value");
            }

            if (language is not null && (language is "zh" or "zh-CN" || language.StartsWith("zh-Hans", StringComparison.Ordinal)))
                return content;
        }

        return null;
    }

    // The rules of a type, but not while that type's own definition is compiled.
    private ElementPlan? TypeRoot(TypeDefinition type) =>
        ReferenceEquals(type, _profile.Type) || ReferenceEquals(_rules, R4Plans.Rules) ? null : R4Plans.Of(type)?.Root;

    private static bool IsKnown(ConstraintPlan rule, ElementPlan? plan)
    {
        if (plan is null)
            return false;
        foreach (var known in plan.Constraints)
        {
            if (known.Key == rule.Key && known.Expression == rule.Expression && known.IsError == rule.IsError)
                return true;
        }

        return false;
    }

    // The two rules that every element of R4 has are checked without FHIRPath.
    private static bool IsPartOfTheWalk(string key, string? expression) => (key, expression) switch
    {
        ("ele-1", "hasValue() or (children().count() > id.count())") => true,
        ("ele-1", "hasValue() or (children().count() > id.count()) or $this is Parameters") => true,
        ("ext-1", "extension.exists() != value.exists()") => true,
        _ => false,
    };

    private static bool IsBestPractice(ElementNode constraint)
    {
        foreach (var extension in constraint.ChildrenOf("extension"))
        {
            if (extension.ChildValue("url") == BestPractice && extension.Child("value") is { Exists: true } value && value.GetBoolean() == true)
                return true;
        }

        return false;
    }

    private static BindingPlan? DifferentBinding(ElementNode node, ElementPlan? basePlan)
    {
        if (node.Child("binding") is not { Exists: true } binding)
            return null;
        var strength = binding.ChildValue("strength") switch
        {
            "required" => BindingStrength.Required,
            "extensible" => BindingStrength.Extensible,
            "preferred" => BindingStrength.Preferred,
            _ => BindingStrength.Example,
        };
        string? max = null;
        foreach (var extension in binding.ChildrenOf("extension"))
        {
            if (extension.ChildValue("url") == MaxValueSet)
                max = extension.ChildValue("value");
        }

        var valueSet = binding.ChildValue("valueSet");
        if (max is null && (valueSet is null || strength == BindingStrength.Example))
            return null;
        var plan = new BindingPlan(strength, valueSet, max);
        return plan == basePlan?.Binding ? null : plan;
    }
}
