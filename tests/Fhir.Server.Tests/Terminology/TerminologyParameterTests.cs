// Every parameter of every terminology operation is checked for its type, and an unknown one is told with those there are.

using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Server.Tests.Terminology;

public sealed class TerminologyParameterTests(TerminologyFixture server) : IClassFixture<TerminologyFixture>
{
    private static readonly string[] Names = ["lookup", "validate-code", "subsumes", "find-matches", "expand", "translate", "closure"];

    [Fact]
    public async Task A_value_of_another_type_is_refused_with_the_name_of_the_parameter()
    {
        foreach (var (address, parameter) in Parameters())
        {
            var issue = await (await server.Client.SendAsync("POST", address, $$$"""
                {"resourceType":"Parameters","parameter":[{"name":"{{{parameter.Name}}}","valueQuantity":{"value":1}}]}
                """)).FailsAsync(400, "value");
            Assert.Contains(parameter.Name, (string)issue["diagnostics"]!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_malformed_primitive_is_refused_with_the_name_of_the_parameter()
    {
        foreach (var (address, parameter) in Parameters().Where(p => p.Parameter.Type is "boolean" or "integer" or "dateTime" or "code"))
        {
            var issue = await (await server.Client.SendAsync("POST", address, $"{parameter.Name}=%20%20not%20%20so", "application/x-www-form-urlencoded")).FailsAsync(400, "value");
            Assert.Contains(parameter.Name, (string)issue["diagnostics"]!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_unknown_parameter_is_refused_with_the_names_of_all()
    {
        foreach (var group in Parameters().GroupBy(p => p.Address))
        {
            var issue = await (await server.Client.SendAsync("POST", group.Key, """{"resourceType":"Parameters","parameter":[{"name":"colour","valueCode":"red"}]}""")).FailsAsync(400, "not-supported");
            foreach (var (_, parameter) in group)
                Assert.Contains(parameter.Name, (string)issue["diagnostics"]!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_names_of_R5_are_there()
    {
        var names = Parameters().Select(p => p.Parameter.Name).ToHashSet();
        foreach (var name in "tx-resource sourceCode sourceSystem targetCode inferSystem system-version check-system-version force-system-version default-valueset-version valueset-version useSupplement displayLanguage activeOnly excludeNested includeDesignations property lenient-display-validation".Split(' '))
            Assert.Contains(name, names);
    }

    private IEnumerable<(string Address, OperationParameter Parameter)> Parameters() =>
        from operation in server.Services.GetRequiredService<FhirServer>().Operations.All
        where Names.Contains(operation.Name) && !operation.IsOwn
        let address = operation.Types.Count == 0 ? $"${operation.Name}" : $"{operation.Types[0]}/${operation.Name}"
        from parameter in operation.Parameters
        where !parameter.IsOutput
        select (address, parameter);
}
