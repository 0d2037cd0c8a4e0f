// Test classes that inherit a contract and need a Cosmos DB for it: all their tests are skipped, with the reason, where there is none. An inherited
// [Fact] can't say so itself, so it is decided where tests are discovered.

using FhirHub.Cosmos.Emulator;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("FhirHub.Storage.Tests.Cosmos.StorageTestFramework", "Fhir.Storage.Tests")]

namespace FhirHub.Storage.Tests.Cosmos;

/// <summary>All tests of the class, inherited ones too, need a Cosmos DB.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsCosmosAttribute : Attribute
{
    /// <summary>Names of inherited tests that the class does not run.</summary>
    public string[] LeftOut { get; init; } = [];
}

/// <summary>Xunit's own framework, but for classes that can't run here.</summary>
public sealed class StorageTestFramework(IMessageSink messages) : XunitTestFramework(messages)
{
    /// <inheritdoc/>
    protected override ITestFrameworkDiscoverer CreateDiscoverer(IAssemblyInfo assemblyInfo) => new Discoverer(assemblyInfo, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Discoverer(IAssemblyInfo assembly, ISourceInformationProvider sources, IMessageSink messages) : XunitTestFrameworkDiscoverer(assembly, sources, messages)
    {
        private readonly string? _missing = CosmosEmulator.Lacks(needsGateway: false);

        protected override bool FindTestsForMethod(ITestMethod testMethod, bool includeSourceInformation, IMessageBus messageBus, ITestFrameworkDiscoveryOptions discoveryOptions)
        {
            var needs = testMethod.TestClass.Class.GetCustomAttributes(typeof(NeedsCosmosAttribute).AssemblyQualifiedName).FirstOrDefault();
            if (needs?.GetNamedArgument<string[]>(nameof(NeedsCosmosAttribute.LeftOut)).Contains(testMethod.Method.Name) == true)
                return true;
            if (_missing is null
                || needs is null
                || !testMethod.Method.GetCustomAttributes(typeof(FactAttribute).AssemblyQualifiedName).Any())
            {
                return base.FindTestsForMethod(testMethod, includeSourceInformation, messageBus, discoveryOptions);
            }

            var skipped = new XunitSkippedDataRowTestCase(
                DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod, _missing);
            return ReportDiscoveredTestCase(skipped, includeSourceInformation, messageBus);
        }
    }
}
