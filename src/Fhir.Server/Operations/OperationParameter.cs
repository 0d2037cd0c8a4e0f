// What an operation takes and gives, as its OperationDefinition lists it.

using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>A parameter of an operation (R4 operationdefinition.html).</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type of its value; null for one that consists of parts.</param>
/// <param name="Documentation">What it means.</param>
public sealed record OperationParameter(string Name, string? Type, string Documentation)
{
    /// <summary>True for a parameter that must be given.</summary>
    public bool IsRequired { get; init; }

    /// <summary>True for a parameter that may be given more than once.</summary>
    public bool Repeats { get; init; }

    /// <summary>True for a part of the answer.</summary>
    public bool IsOutput { get; init; }

    /// <summary>The parts of a parameter without a value of its own.</summary>
    public IReadOnlyList<OperationParameter> Parts { get; init; } = [];

    /// <summary>The parameters of an OperationDefinition; none where there is no definition.</summary>
    public static IReadOnlyList<OperationParameter> OfDefinition(ReadOnlyMemory<byte>? definition)
    {
        if (definition is not { } json || ResourceParser.ParseJson(json).Tree is not { } tree)
            return [];
        return Read(tree.Root.ChildrenOf("parameter"));
    }

    private static List<OperationParameter> Read(ElementChildren elements)
    {
        var parameters = new List<OperationParameter>();
        foreach (var parameter in elements)
        {
            parameters.Add(new OperationParameter(
                parameter.ChildValue("name")!, parameter.ChildValue("type"), parameter.ChildValue("documentation") ?? "")
            {
                IsRequired = parameter.ChildValue("min") is not "0",
                Repeats = parameter.ChildValue("max") is not "1",
                IsOutput = parameter.ChildValue("use") == "out",
                Parts = Read(parameter.ChildrenOf("part")),
            });
        }

        return parameters;
    }
}
