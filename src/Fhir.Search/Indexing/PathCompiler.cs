// Compiles the syntax tree of a search expression to path steps, where it is of the plain kind that nearly all are.

using System.Text;
using FhirHub.Model;
using FhirHub.Model.FhirPath;

namespace FhirHub.Search;

/// <summary>From syntax to steps, last step first.</summary>
internal sealed class PathCompiler(Schema schema, TypeDefinition? root)
{
    /// <summary>The program, or null if the expression needs the general engine.</summary>
    public PathStep? Compile(FhirPathSyntax syntax) => Compile(syntax, PathStep.Found.Instance);

    private PathStep? Compile(FhirPathSyntax? syntax, PathStep next)
    {
        switch (syntax)
        {
            case null:
            case VariableSyntax { Variable: FhirPathVariable.This }:
                return next;
            case MemberSyntax { Focus: null } member when IsRoot(member.Name):
                return next;
            case MemberSyntax member:
                return Compile(member.Focus, new PathStep.Member(member.Name, next));
            case ExternalConstantSyntax { Name: "resource" }:
                return new PathStep.Resource(next);
            case BinarySyntax { Operator: FhirPathOperator.Union } union:
                return Compile(union.Left, next) is { } left && Compile(union.Right, next) is { } right
                    ? new PathStep.Union(left, right)
                    : null;
            case TypeSyntax { Operator: TypeOperator.As or TypeOperator.OfType } cast when FhirType(cast.Type) is { } type:
                return Compile(cast.Operand, new PathStep.OfType(type, next));
            case IndexerSyntax { Index: LiteralSyntax literal } indexer when literal.Value.AsInteger() is >= 0 and var index:
                return Compile(indexer.Focus, PathStep.Found.Instance) is { } all ? new PathStep.Index(all, index, next) : null;
            case FunctionSyntax function:
                return Compile(function, next);
            default:
                return null;
        }
    }

    private PathStep? Compile(FunctionSyntax function, PathStep next) => (function.Name, function.Arguments) switch
    {
        ("first", []) => Compile(function.Focus, PathStep.Found.Instance) is { } all ? new PathStep.Index(all, 0, next) : null,
        ("extension", [LiteralSyntax literal]) when literal.Value.AsString() is { } url =>
            Compile(function.Focus, new PathStep.Extension(Encoding.UTF8.GetBytes(url), next)),
        ("where", [BinarySyntax { Operator: FhirPathOperator.Equal, Left: MemberSyntax { Focus: null } member, Right: LiteralSyntax literal }])
            when literal.Value is { Kind: FhirPathKind.String } value =>
            Compile(function.Focus, new PathStep.WhereEquals(member.Name, Encoding.UTF8.GetBytes(value.AsString()!), next)),
        ("where", [TypeSyntax { Operator: TypeOperator.Is, Operand: FunctionSyntax { Name: "resolve", Focus: null } } test])
            when test.Type.Definition is { } type =>
            Compile(function.Focus, new PathStep.WhereTarget(type, next)),
        _ => null,
    };

    private bool IsRoot(string name) =>
        root is not null && char.IsAsciiLetterUpper(name[0]) && schema.FindType(name) is { } type && root.Is(type);

    // R4 writes as(DateTime) where it means the FHIR type dateTime.
    private TypeDefinition? FhirType(FhirPathType type) =>
        type.Definition ?? schema.FindType(char.ToLowerInvariant(type.Name[0]) + type.Name[1..]);
}
