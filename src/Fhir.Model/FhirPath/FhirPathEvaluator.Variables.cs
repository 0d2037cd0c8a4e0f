// The %variables: of the standard, of the host, and those that defineVariable() makes (R4 fhirpath.html#variables).

namespace FhirHub.Model.FhirPath;

internal sealed partial class FhirPathEvaluator
{
    private Scope? _scope;

    private ValueList ExternalConstant(ExternalConstantSyntax constant)
    {
        var name = constant.Name;
        for (var scope = _scope; scope is not null; scope = scope.Outer)
        {
            if (scope.Name == name)
                return Many(scope.Values);
        }

        if (context.Variables is not null && context.Variables.TryGetValue(name, out var given))
            return Many(given);
        switch (name)
        {
            case "context":
                return One(FhirPathValue.Of(root));
            case "resource":
                return One(FhirPathValue.Of(Resource()));
            case "rootResource":
                return One(FhirPathValue.Of(context.RootResource.Exists ? context.RootResource : Container(Resource())));
            case "ucum":
                return One(FhirPathValue.Of(Ucum.System));
            case "sct":
                return One(FhirPathValue.Of("http://snomed.info/sct"));
            case "loinc":
                return One(FhirPathValue.Of("http://loinc.org"));
        }

        if (name.StartsWith("vs-", StringComparison.Ordinal))
            return One(FhirPathValue.Of($"http://hl7.org/fhir/ValueSet/{name[3..]}"));
        if (name.StartsWith("ext-", StringComparison.Ordinal))
            return One(FhirPathValue.Of($"http://hl7.org/fhir/StructureDefinition/{name[4..]}"));
        throw Fault($"There is no variable %{name}", constant, FhirPathFault.Semantic);
    }

    internal static bool IsStandardVariable(string name) =>
        name is "context" or "resource" or "rootResource" or "ucum" or "sct" or "loinc"
        || name.StartsWith("vs-", StringComparison.Ordinal) || name.StartsWith("ext-", StringComparison.Ordinal);

    private ValueList DefineVariable(FunctionSyntax function, ValueList input, in Frame frame)
    {
        var names = Argument(function, 0, frame);
        var name = Single(names, function.Arguments[0]).AsString() ?? throw Fault("The variable's name must be a string", function);
        Return(names);
        for (var scope = _scope; scope is not null; scope = scope.Outer)
        {
            if (scope.Name == name)
                throw Fault($"The variable %{name} is defined already", function, FhirPathFault.Semantic);
        }

        if (IsStandardVariable(name) || context.Variables?.ContainsKey(name) == true)
            throw Fault($"The variable %{name} can't be defined anew", function, FhirPathFault.Semantic);
        FhirPathValue[] values;
        if (function.Arguments.Count > 1)
        {
            var list = Argument(function, 1, new Frame(default, frame.Index, input, frame.Total));
            values = list.ToArray();
            Return(list);
        }
        else
        {
            values = input.ToArray();
        }

        _scope = new Scope(name, values, _scope);
        return Copy(input);
    }

    private ElementNode Resource() => context.Resource.Exists ? context.Resource : root.Exists ? root.Resource : default;

    // The resource that contains a contained one, or the resource itself.
    private static ElementNode Container(ElementNode resource) =>
        resource is { Exists: true, Definition.Name: "contained" } ? resource.Parent.Resource : resource;

    private ValueList Many(IReadOnlyList<FhirPathValue> values)
    {
        var list = Rent();
        for (var i = 0; i < values.Count; i++)
            list.Add(values[i]);
        return list;
    }

    private ValueList Copy(ValueList values)
    {
        var list = Rent();
        list.AddRange(values);
        return list;
    }

    private sealed record Scope(string Name, FhirPathValue[] Values, Scope? Outer);
}
