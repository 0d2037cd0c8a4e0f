// What OHIF is told here: one source of images, which is this server.

window.PUBLIC_URL = '{{root}}';
window.browserImportFunction = address => import(address);

(() => {
  const dicomweb = `${window.location.origin}{{dicomweb}}`;
  window.config = {
    routerBasename: window.PUBLIC_URL,
    extensions: [],
    modes: [],
    customizationService: {},
    showStudyList: true,
    maxNumberOfWebWorkers: 3,
    showWarningMessageForCrossOrigin: false,
    showCPUFallbackMessage: true,
    showLoadingIndicator: true,
    strictZSpacingForVolumeViewport: true,
    groupEnabledModesFirst: true,
    allowMultiSelectExport: false,
    maxNumRequests: { interaction: 100, thumbnail: 5, prefetch: 25 },
    showErrorDetails: 'always',
    defaultDataSourceName: 'fhirhub',
    dataSources: [
      {
        namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',
        sourceName: 'fhirhub',
        configuration: {
          friendlyName: 'FhirHub',
          name: 'fhirhub',
          qidoRoot: dicomweb,
          wadoRoot: dicomweb,
          wadoUriRoot: `${dicomweb}/wado`,
          qidoSupportsIncludeField: true,
          supportsFuzzyMatching: true,
          supportsWildcard: true,
          supportsReject: false,
          staticWado: false,
          imageRendering: 'wadors',
          thumbnailRendering: 'thumbnail',
          thumbnailRequestStrategy: 'fetch',
          enableStudyLazyLoad: true,
          dicomUploadEnabled: true,
          singlepart: 'video,pdf',
          bulkDataURI: { enabled: true },
          omitQuotationForMultipartRequest: false,
        },
      },
    ],
  };
})();
